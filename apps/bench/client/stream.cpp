// One send, one recv, one comparison: the whole hot path of the client.
#include "client/stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "failure.hpp"

namespace weir::bench {

Stream::Stream(Descriptor socket, const Script& script, unsigned number)
    : socket_(std::move(socket)),
      script_(script),
      number_(number),
      send_at_(script.start_of(number)),
      receive_at_(send_at_),
      answers_(script) {}

void Stream::send(unsigned count, std::uint64_t now) {
  const std::size_t bytes = count * script_.message_bytes();
  in_flight_ += count;
  if (script_.is_echoed()) {
    outstanding_ += bytes;
  } else {
    answers_.expect(script_.advance(send_at_, unsent_), count);
  }
  batches_.push_back({.sent_at = now, .count = count});
  const bool waits = has_unsent();  // then the kernel has just said that it takes nothing
  unsent_ += bytes;
  if (!waits) flush();
}

void Stream::flush() {
  const auto taken = ::send(socket_.get(), script_.at(send_at_), unsent_, MSG_NOSIGNAL);
  if (taken < 0) {
    if (errno == EAGAIN) return;
    fail(errno == EPIPE || errno == ECONNRESET ? "the server closed it" : error_text(errno));
  }
  const auto bytes = static_cast<std::size_t>(taken);
  send_at_ = script_.advance(send_at_, bytes);
  unsent_ -= bytes;
}

unsigned Stream::receive(std::span<char> buffer) {
  const auto came = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (came < 0 && errno == EAGAIN) return 0;
  if (came <= 0 && finished_ && in_flight_ == 0) {
    close();
    return 0;
  }
  if (came == 0) fail("the server closed it");
  if (came < 0) fail(errno == ECONNRESET ? "the server reset it" : error_text(errno));
  const auto received = buffer.first(static_cast<std::size_t>(came));
  return script_.is_echoed() ? take_echo(received) : take_answers(received);
}

unsigned Stream::take_answers(std::span<const char> received) {
  try {
    return answers_.take(received);
  } catch (const Failure& failure) {
    fail(failure.what());
  }
}

unsigned Stream::take_echo(std::span<const char> received) {
  const auto bytes = received.size();
  check(received);
  receive_at_ = script_.advance(receive_at_, bytes);
  outstanding_ -= bytes;
  partial_ += bytes;
  const auto completed = static_cast<unsigned>(partial_ / script_.message_bytes());
  partial_ %= script_.message_bytes();
  return completed;
}

void Stream::settle(unsigned count, std::uint64_t now, Histogram* latency) {
  in_flight_ -= count;
  answered_ += count;
  while (count > 0) {
    auto& batch = batches_[first_batch_];
    const unsigned part = std::min(count, batch.count);
    if (latency != nullptr) latency->record(now - batch.sent_at, part);
    batch.count -= part;
    count -= part;
    if (batch.count == 0) ++first_batch_;
  }
  forget_answered();
}

// Almost always all are answered, and nothing moves.
void Stream::forget_answered() {
  static constexpr std::size_t worth_moving = 64;
  if (first_batch_ < batches_.size() && first_batch_ < worth_moving) return;
  batches_.erase(batches_.begin(), batches_.begin() + static_cast<std::ptrdiff_t>(first_batch_));
  first_batch_ = 0;
}

void Stream::finish() {
  finished_ = true;
  ::shutdown(socket_.get(), SHUT_WR);
}

void Stream::check(std::span<const char> received) const {
  if (received.size() > outstanding_) {
    fail("the server sent " + std::to_string(received.size() - outstanding_) +
         " bytes more than it had to echo");
  }
  const char* expected = script_.at(receive_at_);
  if (std::memcmp(received.data(), expected, received.size()) == 0) return;
  const auto wrong = std::mismatch(received.begin(), received.end(), expected).first;
  const auto offset = partial_ + static_cast<std::size_t>(wrong - received.begin());
  fail("reply " + std::to_string(answered_ + 1 + offset / script_.message_bytes()) +
       " differs from its message at byte " + std::to_string(offset % script_.message_bytes()));
}

void Stream::fail(const std::string& what) const {
  throw Failure("connection " + std::to_string(number_ + 1) + ": " + what + ", after " +
                std::to_string(answered_) + " replies and with " + std::to_string(in_flight_) +
                " messages in flight");
}

}  // namespace weir::bench
