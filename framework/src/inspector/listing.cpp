#include "inspector/listing.hpp"

#include <algorithm>

#include "inspector/json_text.hpp"
#include "inspector/reading.hpp"
#include "weir/web/codec.hpp"

namespace weir::inspect {

Listing plan_listing(const std::vector<WatchedLoop>& loops, std::size_t from, std::size_t most) {
  Listing listing;
  listing.from = from;
  std::size_t skip = from;
  for (const WatchedLoop& loop : loops) {
    listing.total += loop.connections;
    const std::size_t first = std::min(skip, loop.connections);
    skip -= first;
    const std::size_t count = std::min(most, loop.connections - first);
    most -= count;
    if (count != 0) {
      listing.parts.push_back({.loop = loop.monitor->number(), .first = first, .most = count});
    }
  }
  return listing;
}

namespace {

void add_frame(JsonText& text, const FrameRecord& frame, TimePoint now) {
  text.object();
  text.field("ago", in_seconds(now - frame.at));
  text.field("frames", frame.frames);
  text.field("in", frame.bytes_in).field("out", frame.bytes_out);
  text.field("took", in_seconds(frame.took));
  text.end_object();
}

void add_connection(JsonText& text, const ListPart& part, const ConnectionInfo& info,
                    TimePoint now) {
  text.object();
  // A number of JavaScript's is exact up to 2^53.
  text.field("id", std::to_string(info.id)).field("loop", part.loop).field("stale", part.stale);
  text.field("peer", info.peer.to_string()).field("service", info.service);
  if (!info.upstream.empty()) text.field("upstream", info.upstream);
  text.field("age", in_seconds(info.age)).field("quiet", in_seconds(info.quiet));
  text.field("bytes_in", info.bytes_in).field("bytes_out", info.bytes_out);
  text.field("frames", info.frames).field("queued", info.queued);
  text.field("handlers_out", info.handlers_out);
  text.field("reading", info.reading).field("ending", info.ending);
  text.key("recent").array();
  for (const FrameRecord& frame : info.recent) add_frame(text, frame, now);
  text.end_array().end_object();
}

}  // namespace

std::string listing_json(const Listing& listing, TimePoint now) {
  JsonText text;
  std::size_t asked = 0;
  for (const ListPart& part : listing.parts) asked += part.most;
  const std::size_t next = listing.from + asked;
  text.object().field("total", listing.total).field("from", listing.from);
  if (next < listing.total) {
    text.field("next", next);
  } else {
    text.key("next").null();
  }
  text.key("stalled_loops").array();
  for (const ListPart& part : listing.parts) {
    if (!part.answered) text.value(part.loop);
  }
  text.end_array().key("connections").array();
  for (const ListPart& part : listing.parts) {
    for (const ConnectionInfo& info : part.connections) add_connection(text, part, info, now);
  }
  return text.end_array().end_object().take() + "\n";
}

void Lister::ask(std::size_t from, std::size_t most, const Responder& responder) {
  std::vector<WatchedLoop> loops = server_.loops();
  std::sort(loops.begin(), loops.end(), [](const WatchedLoop& a, const WatchedLoop& b) {
    return a.monitor->number() < b.monitor->number();
  });
  auto gathering = std::make_shared<Gathering>();
  gathering->listing = plan_listing(loops, from, most);
  gathering->missing = gathering->listing.parts.size();
  gathering->responder = responder;
  for (std::size_t i = 0; i < gathering->listing.parts.size(); ++i) {
    const ListPart& part = gathering->listing.parts[i];
    server_.list(part.loop, part.first, part.most,
                 [this, i, gathering, here = LoopHandle(loop_)](std::vector<ConnectionInfo> found) {
                   here.post([this, i, gathering, found = std::move(found)]() mutable {
                     ListPart& answered = gathering->listing.parts[i];
                     answered.connections = std::move(found);
                     answered.answered = true;
                     if (!gathering->told) keep(answered);
                     if (--gathering->missing == 0) tell(*gathering);
                   });
                 });
  }
  if (gathering->missing == 0) return tell(*gathering);
  loop_.run_after(deadline_, [this, gathering] { tell(*gathering); });
}

void Lister::tell(Gathering& gathering) {
  if (std::exchange(gathering.told, true)) return;
  for (ListPart& part : gathering.listing.parts) {
    if (!part.answered) recall(part);
  }
  http::Response response = http::json_body(listing_json(gathering.listing, loop_.clock_now()));
  http::give_response(std::move(response).with("Cache-Control", "no-store"), gathering.responder);
  gathering.responder = Responder();
}

void Lister::keep(const ListPart& part) {
  std::erase_if(
      kept_, [&](const ListPart& old) { return old.loop == part.loop && old.first == part.first; });
  kept_.push_back(part);
  std::size_t all = 0;
  for (const ListPart& each : kept_) all += std::max<std::size_t>(each.connections.size(), 1);
  for (; all > most_kept && kept_.size() > 1; kept_.pop_front()) {
    all -= std::max<std::size_t>(kept_.front().connections.size(), 1);
  }
}

void Lister::recall(ListPart& part) const {
  for (const ListPart& old : kept_) {
    if (old.loop != part.loop || old.first != part.first) continue;
    part.connections = old.connections;
    part.stale = true;
  }
}

}  // namespace weir::inspect
