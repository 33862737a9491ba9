#include "bus/streams.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace weir {

void Streams::take(const BusPacket& packet, TimePoint now) {
  Stream& stream = stream_of(packet);
  heard(stream);
  if (packet.run < stream.run) {
    if (packet.kind == BusPacket::Kind::message) ++counters_.doubles;
    return;  // of a run that is over
  }
  if (packet.run > stream.run) begin_run(stream, packet.run);
  if (packet.kind == BusPacket::Kind::message) {
    take_message(stream, packet, now);
  } else {
    take_standing(stream, packet, now);
  }
}

Streams::Stream& Streams::stream_of(const BusPacket& packet) {
  auto topic = by_topic_.find(packet.topic);
  if (topic != by_topic_.end()) {
    if (const auto found = topic->second.find(packet.from); found != topic->second.end()) {
      streams_.splice(streams_.begin(), streams_, found->second);
      return streams_.front();
    }
  }
  while (!streams_.empty() && streams_.size() >= options_.limits.streams) {
    Stream& oldest = streams_.back();
    if (oldest.next != 0) lose_up_to(oldest, oldest.known_last + 1);
    erase(std::prev(streams_.end()));
  }
  streams_.push_front({.topic = std::string(packet.topic), .from = packet.from, .run = packet.run});
  by_topic_[streams_.front().topic].emplace(packet.from, streams_.begin());
  return streams_.front();
}

/// Its publisher had forgotten the topic and began it anew.
void Streams::begin_run(Stream& stream, std::uint64_t run) {
  if (stream.next != 0) lose_up_to(stream, stream.known_last + 1);
  drop_early(stream);
  close_gap(stream);
  stream.run = run;
  stream.next = 1;
  stream.known_last = 0;
}

void Streams::take_message(Stream& stream, const BusPacket& packet, TimePoint now) {
  const std::uint64_t sequence = packet.sequence;
  if (sequence == 0) return;
  if (stream.next == 0 && sequence == 1) stream.next = 1;
  if ((stream.next != 0 && sequence < stream.next) || stream.early.contains(sequence)) {
    ++counters_.doubles;
    return;
  }
  stream.known_last = std::max(stream.known_last, sequence);
  const bool has_room = early_messages_ < options_.limits.early_messages &&
                        early_bytes_ + packet.text.size() <= options_.limits.early_bytes;
  // What finds no room is asked for again when its turn comes.
  if (sequence == stream.next || has_room) {
    stream.early.emplace(sequence, std::make_shared<const std::string>(packet.text));
    ++early_messages_;
    early_bytes_ += packet.text.size();
  }
  settle(stream, now);
}

void Streams::take_standing(Stream& stream, const BusPacket& packet, TimePoint now) {
  const bool asked = stream.gap;
  if (stream.next == 0) {
    // What came is wanted, however the clocks of both were read.
    stream.next = packet.base + 1;
    if (!stream.early.empty()) stream.next = std::min(stream.next, stream.early.begin()->first);
  }
  stream.known_last = std::max(stream.known_last, packet.last);
  // Of what nobody keeps any more, the messages that came early remain.
  while (packet.first > stream.next && stream.next <= stream.known_last) {
    const std::uint64_t held =
        stream.early.empty() ? packet.first : std::min(packet.first, stream.early.begin()->first);
    lose_up_to(stream, std::max(held, stream.next));
    settle(stream, now);
    if (held >= packet.first) break;
  }
  settle(stream, now);
  // A part came, and this says that it was all of the answer.
  if (asked && stream.gap && stream.next > stream.asked_from) ask(stream, now);
}

/// Delivers what has its turn, and asks for what is missing.
void Streams::settle(Stream& stream, TimePoint now) {
  while (stream.next != 0 && !stream.early.empty()) {
    const auto first = stream.early.begin();
    if (first->first > stream.next) break;
    const SharedText text = std::move(first->second);
    const bool turn = first->first == stream.next;
    stream.early.erase(first);
    --early_messages_;
    early_bytes_ -= text->size();
    if (!turn) continue;
    ++stream.next;
    ++counters_.received;
    if (stream.gap) {
      ++counters_.healed;
      stream.progress_at = now;
    }
    listener_.on_message(stream.topic, text);
  }
  const bool missing = stream.next == 0 || stream.known_last >= stream.next;
  if (!missing) return close_gap(stream);
  if (stream.gap) return;
  stream.gap = true;
  ++gaps_;
  ++counters_.gaps;
  stream.progress_at = now;
  ask(stream, now);
}

void Streams::ask(Stream& stream, TimePoint now) {
  stream.asked_at = now;
  stream.asked_from = stream.next;
  listener_.on_missing(stream.topic, stream.from, stream.run, stream.next, stream.known_last);
}

/// What is before `sequence` and was not delivered is lost; what came early of it as well.
void Streams::lose_up_to(Stream& stream, std::uint64_t sequence) {
  if (sequence <= stream.next) return;
  const std::uint64_t count = sequence - stream.next;
  while (!stream.early.empty() && stream.early.begin()->first < sequence) {
    --early_messages_;
    early_bytes_ -= stream.early.begin()->second->size();
    stream.early.erase(stream.early.begin());
  }
  stream.next = sequence;
  counters_.lost += count;
  listener_.on_lost(stream.topic, count);
}

/// Its publisher does not answer.
void Streams::give_up(Stream& stream, TimePoint now) {
  const std::uint64_t held =
      stream.early.empty() ? stream.known_last + 1 : stream.early.begin()->first;
  // Where it began nobody can say: what came is all that is known of it.
  if (stream.next == 0) {
    stream.next = held;
  } else {
    lose_up_to(stream, held);
  }
  close_gap(stream);
  settle(stream, now);
}

void Streams::heard(Stream& stream) {
  if (!std::exchange(stream.expected, false)) return;
  --expected_;
}

void Streams::close_gap(Stream& stream) {
  if (std::exchange(stream.gap, false)) --gaps_;
}

void Streams::drop_early(Stream& stream) {
  for (const auto& [sequence, text] : stream.early) early_bytes_ -= text->size();
  early_messages_ -= stream.early.size();
  stream.early.clear();
}

void Streams::erase(Place place) {
  drop_early(*place);
  close_gap(*place);
  heard(*place);
  const auto topic = by_topic_.find(place->topic);
  topic->second.erase(place->from);
  if (topic->second.empty()) by_topic_.erase(topic);
  streams_.erase(place);
}

void Streams::expect_all(TimePoint now) {
  for (Stream& stream : streams_) {
    if (!std::exchange(stream.expected, true)) ++expected_;
    stream.expected_until = later(now, options_.absent);
  }
}

void Streams::forget(std::string_view topic) {
  const auto found = by_topic_.find(topic);
  if (found == by_topic_.end()) return;
  std::vector<Place> places;
  for (const auto& [from, place] : found->second) places.push_back(place);
  for (const Place place : places) erase(place);
}

void Streams::on_time(TimePoint now) {
  std::vector<std::string> unknown;  // topics whose publishers are gone
  for (auto it = streams_.begin(); it != streams_.end() && pending();) {
    const Place place = it++;
    if (place->expected && place->expected_until <= now) {
      const bool gap = place->gap && place->next != 0;
      if (gap) lose_up_to(*place, place->known_last + 1);
      if (unknown.empty() || unknown.back() != place->topic) unknown.push_back(place->topic);
      erase(place);
    } else if (place->gap && later(place->progress_at, options_.replay) <= now) {
      give_up(*place, now);
    } else if (place->gap && later(place->asked_at, ask_again) <= now) {
      ask(*place, now);
    }
  }
  std::sort(unknown.begin(), unknown.end());
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  for (const std::string& topic : unknown) listener_.on_lost(topic, 0);
}

}  // namespace weir
