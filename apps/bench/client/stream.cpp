// One send, one recv: the whole hot path of the client.
#include "client/stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "failure.hpp"

namespace weir::bench {
namespace {

// Takes what the kernel takes; 0 when it is full or the socket is still connecting.
std::size_t send_some(int socket, const char* bytes, std::size_t size) {
  const auto taken = ::send(socket, bytes, size, MSG_NOSIGNAL);
  if (taken >= 0) return static_cast<std::size_t>(taken);
  if (errno == EAGAIN) return 0;
  throw Failure(errno == EPIPE || errno == ECONNRESET ? "the server closed it" : error_text(errno));
}

}  // namespace

Stream::Stream(const Dialect& dialect, unsigned number, unsigned depth, std::uint64_t churn)
    : dialect_(dialect),
      script_(dialect.script()),
      number_(number),
      depth_(depth),
      churn_(churn == 0 ? std::numeric_limits<std::uint64_t>::max() : churn) {}

void Stream::open(Descriptor socket, std::optional<std::uint64_t> begun) {
  socket_ = std::move(socket);
  begun_ = begun;
  next_ = dialect_.first_message(number_);
  send_at_ = script_.start_of(next_);
  answers_ = dialect_.answers(next_);
  opening_ = dialect_.opening();
  unsent_ = opening_.size();
  left_ = churn_;
  started_ = 0;
  finished_ = false;
  ledger_.clear();
  if (has_unsent()) flush();
}

unsigned Stream::room() const {
  if (finished_ || is_opening()) return 0;
  return static_cast<unsigned>(std::min<std::uint64_t>(depth_ - in_flight(), left_));
}

void Stream::start(unsigned count, std::uint64_t since) {
  unsent_ += script_.bytes_of(next_, count);
  next_ = script_.message_after(next_, count);
  started_ += count;
  left_ -= count;
  ledger_.start(count, since);
}

void Stream::flush() {
  try {
    if (!opening_.empty()) {
      flush_opening();
    } else {
      const auto bytes = send_some(socket_.get(), script_.at(send_at_), unsent_);
      send_at_ = script_.advance(send_at_, bytes);
      unsent_ -= bytes;
    }
  } catch (const Failure& failure) {
    fail(failure.what());
  }
}

void Stream::flush_opening() {
  const auto bytes = send_some(socket_.get(), opening_.data(), opening_.size());
  opening_.erase(0, bytes);
  unsent_ -= bytes;
}

Taken Stream::receive(std::span<char> buffer) {
  const auto came = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (came < 0 && errno == EAGAIN) return {};
  if (came <= 0 && finished_) {
    socket_.close();
    return {};
  }
  if (came == 0) fail("the server closed it");
  if (came < 0) fail(errno == ECONNRESET ? "the server reset it" : error_text(errno));
  try {
    return answers_->take(buffer.first(static_cast<std::size_t>(came)), started_);
  } catch (const Failure& failure) {
    fail(failure.what());
  }
}

void Stream::settle(unsigned count, std::uint64_t now, Recorder& recorder) {
  new_ = false;
  ledger_.settle(count, now, recorder);
}

// A closing is some bytes after the last answer: they fit.
void Stream::finish() {
  finished_ = true;
  const auto closing = is_opening() ? std::string{} : dialect_.closing();
  if (closing.empty()) {
    ::shutdown(socket_.get(), SHUT_WR);
  } else if (::send(socket_.get(), closing.data(), closing.size(), MSG_NOSIGNAL) < 0) {
    fail("the server closed it");
  }
}

void Stream::fail(const std::string& what) const {
  throw Failure("connection " + std::to_string(number_ + 1) + ": " + what + ", after " +
                std::to_string(started_ - in_flight()) + " replies and with " +
                std::to_string(in_flight()) + " messages in flight");
}

}  // namespace weir::bench
