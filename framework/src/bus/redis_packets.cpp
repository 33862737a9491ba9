// RedisCore: the packets that go through its links.
#include <optional>
#include <utility>

#include "bus/redis_bus.hpp"
#include "weir/framing/resp_writer.hpp"

namespace weir {

namespace {

/// PUBLISHes that wait for their replies at once: enough to fill the way to Redis and back.
constexpr std::size_t most_in_flight = 1000;
constexpr std::size_t most_bytes_in_flight = 4 * 1024 * 1024;
/// What one request is answered with at most; who misses more asks again.
constexpr std::size_t most_again = 500;
constexpr std::size_t most_bytes_again = 1024 * 1024;

/// For the time that a request takes, which the one who answers it knows nothing of: who missed
/// something gets a message too many from before it subscribed rather than one too few.
constexpr Duration resumed_margin = std::chrono::seconds(1);

std::string publish_command(std::string_view channel, const BusPacket& packet) {
  std::string command;
  RespWriter(command).command({"PUBLISH", channel, packet.to_bytes()});
  return command;
}

}  // namespace

/// Sends what waits, as far as Redis keeps up.
void RedisCore::flush() {
  {
    const std::lock_guard lock(mutex_);
    flush_woken_ = false;
  }
  if (stopped_) return;
  while (publishing_->ready() && in_flight_ < most_in_flight &&
         in_flight_bytes_ < most_bytes_in_flight) {
    std::optional<PublishLog::Sending> next;
    {
      const std::lock_guard lock(mutex_);
      next = log_.take();
    }
    if (!next) return;
    next->packet.from = id_;
    next->packet.topic = next->topic;
    next->packet.text = *next->text;
    const std::size_t bytes = next->text->size();
    ++in_flight_;
    in_flight_bytes_ += bytes;
    const bool asked =
        publishing_->ask(publish_command(channel_of(next->topic), next->packet),
                         [weak = weak_from_this(), number = next->number, bytes](const RespItem&) {
                           const auto self = weak.lock();
                           if (self == nullptr) return;
                           --self->in_flight_;
                           self->in_flight_bytes_ -= bytes;
                           {
                             const std::lock_guard lock(self->mutex_);
                             self->log_.confirm(number);
                           }
                           self->flush();
                         });
    if (!asked) return publishing_->fail(Error{"a message does not fit into the queue", 0});
  }
}

void RedisCore::send(std::string_view channel, const BusPacket& packet) {
  if (!publishing_->ready()) return;  // who needs it asks again
  if (!publishing_->ask(publish_command(channel, packet), [](const RespItem&) {})) {
    publishing_->fail(Error{"too much is to be said at once", 0});
  }
}

/// Where this bus stands in all its topics: those that missed something ask for it.
void RedisCore::send_standings() {
  std::vector<PublishLog::Sending> standings;
  {
    const std::lock_guard lock(mutex_);
    standings = log_.standings();
  }
  for (PublishLog::Sending& each : standings) {
    each.packet.from = id_;
    each.packet.topic = each.topic;
    send(channel_of(each.topic), each.packet);
  }
}

std::uint64_t RedisCore::since_of(std::string_view topic) const {
  const auto found = asked_.find(topic);
  if (found == asked_.end()) return 0;
  auto since = loop_.clock_now() - found->second.since;
  if (found->second.resumed) since += resumed_margin;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

void RedisCore::query(std::string_view topic) {
  BusPacket packet;
  packet.kind = BusPacket::Kind::query;
  packet.from = id_;
  packet.since = since_of(topic);
  packet.topic = topic;
  send(options_.prefix + "all", packet);
}

void RedisCore::on_packet(const BusPacket& packet) {
  if (packet.from == id_) return;  // its subscribers have it since it was published
  switch (packet.kind) {
    case BusPacket::Kind::query:
      return answer_query(packet);
    case BusPacket::Kind::request:
      return answer_request(packet);
    case BusPacket::Kind::message:
    case BusPacket::Kind::standing:
      if (!asked_.contains(packet.topic)) return;  // not any more
      streams_.take(packet, loop_.now());
      follow_streams();
  }
}

void RedisCore::answer_query(const BusPacket& packet) {
  BusPacket request = packet;
  request.first = request.last = 0;
  send_again(channel_to(packet.from), request);
}

void RedisCore::answer_request(const BusPacket& packet) {
  send_again(channel_to(packet.from), packet);
}

/// Where this bus stands, and the messages that were asked for: a part of them when they are many.
void RedisCore::send_again(const std::string& channel, const BusPacket& request) {
  const auto since = loop_.clock_now() - std::chrono::milliseconds(request.since);
  std::optional<PublishLog::Sending> standing;
  std::vector<PublishLog::Sending> messages;
  {
    const std::lock_guard lock(mutex_);
    standing = log_.standing(request.topic, since);
    if (!standing) return;
    if (request.last != 0 && request.run == standing->packet.run) {
      const std::uint64_t first = request.first != 0 ? request.first : standing->packet.base + 1;
      messages = log_.again(request.topic, first, request.last, most_again, most_bytes_again);
      replayed_ += messages.size();
    }
  }
  standing->packet.from = id_;
  standing->packet.topic = request.topic;
  send(channel, standing->packet);
  for (PublishLog::Sending& each : messages) {
    each.packet.from = id_;
    each.packet.topic = request.topic;
    each.packet.text = *each.text;
    send(channel, each.packet);
  }
  // Says that this is all: who still misses something need not wait before asking again.
  if (!messages.empty() && messages.back().packet.sequence < request.last) {
    send(channel, standing->packet);
  }
}

// --- what the streams want -----------------------------------------------------------------------

void RedisCore::on_message(std::string_view topic, const SharedText& text) {
  topics_->deliver(topic, text);
}

void RedisCore::on_lost(std::string_view topic, std::uint64_t messages) {
  topics_->deliver(topic, nullptr, messages);
}

void RedisCore::on_missing(std::string_view topic, std::uint64_t from, std::uint64_t run,
                           std::uint64_t first, std::uint64_t last) {
  BusPacket packet;
  packet.kind = BusPacket::Kind::request;
  packet.from = id_;
  packet.run = run;
  packet.first = first;
  packet.last = last;
  packet.since = since_of(topic);
  packet.topic = topic;
  send(channel_to(from), packet);
}

void RedisCore::follow_streams() {
  {
    const std::lock_guard lock(mutex_);
    received_ = streams_.counters();
  }
  if (!streams_.pending()) return tick_.cancel();
  if (tick_.armed()) return;
  loop_.timers().arm(tick_, later(loop_.clock_now(), Streams::ask_again));
}

void RedisCore::on_tick() {
  streams_.on_time(loop_.now());
  follow_streams();
}

}  // namespace weir
