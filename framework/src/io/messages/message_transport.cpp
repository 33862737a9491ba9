#include "io/messages/message_transport.hpp"

#include <array>
#include <utility>

#include "io/messages/count_message.hpp"
#include "weir/core/record.hpp"
#include "weir/io/socket_options.hpp"

namespace weir {

MessageTransport::MessageTransport(EventLoop& loop, std::unique_ptr<MessagePort> port,
                                   MessageCounters* counters)
    : loop_(loop),
      counters_(counters),
      port_(std::move(port)),
      peer_(port_->peer()),
      max_message_(port_->max_message()),
      has_end_(port_->has_end()) {}

void MessageTransport::release() {
  sink_ = nullptr;
  released_ = true;
  if (!in_callback_) delete this;
}

template <class Call>
void MessageTransport::guarded(Call call) {
  in_callback_ = true;
  call();
  in_callback_ = false;
  if (released_) delete this;
}

void MessageTransport::start(Sink& sink) {
  sink_ = &sink;
  if (port_ == nullptr) return;
  if (const Status watched = begin_to_watch(); !watched.ok()) fail(watched.error().code);
}

Status MessageTransport::begin_to_watch() {
  const bool both = port_->reader() == port_->writer();
  auto watched = loop_.watch(
      port_->reader(), [this] { on_readable(); }, [this] { on_writable(); });
  if (!watched.ok()) return watched.error();
  watch_ = watched.take();
  if (both) return {};
  auto writing = loop_.watch(
      port_->writer(), [] {}, [this] { on_writable(); });
  if (!writing.ok()) return writing.error();
  write_watch_ = writing.take();
  write_watch_->want(false, false);
  return {};
}

void MessageTransport::resume_reading() {
  if (!std::exchange(paused_, false)) return;
  if (!held_.empty() || (ended_ && !end_told_)) loop_.defer(*this);
  if (!reading_) update_interest();
}

void MessageTransport::update_interest() {
  if (watch_ == nullptr) return;
  reading_ = !paused_ && !ended_ && held_.empty();
  if (write_watch_ == nullptr) return watch_->want(reading_, want_write_);
  watch_->want(reading_, false);
  write_watch_->want(false, want_write_);
}

std::size_t MessageTransport::write(std::span<const std::string_view> pieces) {
  std::size_t done = 0;
  std::array<iovec, MessageBatch::most_messages> messages;
  std::size_t count = 0;
  // Sends what is gathered; false when some of it waits.
  const auto send = [&] {
    if (count == 0) return true;
    if (port_ == nullptr) return false;
    const MessagePort::Sent sent = port_->send({messages.data(), count});
    for (std::size_t i = 0; i < sent.taken; ++i) done += record_header + messages[i].iov_len;
    for (std::size_t i = 0; i < sent.unsendable; ++i) {
      count_message(counters_, &MessageCounters::unsendable);
    }
    const bool all = sent.taken == std::exchange(count, 0);
    if (sent.error != 0) {
      fail(sent.error);
    } else if (!all && !want_write_) {
      want_write_ = true;
      update_interest();
    }
    return all;
  };
  for (std::string_view records : pieces) {
    while (!records.empty()) {
      const std::string_view message = take_record(records);
      messages[count++] = {const_cast<char*>(message.data()), message.size()};
      if (count == messages.size() && !send()) return done;
    }
  }
  send();
  return done;
}

void MessageTransport::shutdown_write() {
  if (port_ != nullptr) port_->shutdown_write();
}

SocketAddress MessageTransport::local() const {
  return port_ == nullptr ? SocketAddress() : port_->local();
}

Status MessageTransport::set_options(const SocketOptions& options) {
  return port_ == nullptr ? Transport::set_options(options) : port_->set_options(options);
}

void MessageTransport::fail(int error) {
  if (port_ == nullptr) return;
  error_ = error;
  watch_.reset();
  write_watch_.reset();
  port_.reset();
  loop_.defer(*this);
}

void MessageTransport::run_deferred() {
  guarded([this] {
    if (port_ != nullptr) {
      deliver_held();
      if (!reading_) update_interest();
    } else if (sink_ != nullptr) {
      std::exchange(sink_, nullptr)->on_closed(error_);
    }
  });
}

void MessageTransport::deliver_held() {
  std::size_t told = 0;
  while (told < held_.size() && !paused_ && sink_ != nullptr && port_ != nullptr) {
    sink_->on_bytes(held_[told++]);
  }
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(told));
  if (held_.empty()) held_ = {};
  if (!held_.empty() || !ended_ || end_told_ || paused_ || sink_ == nullptr) return;
  if (port_ == nullptr) return;
  end_told_ = true;
  sink_->on_end();
}

void MessageTransport::on_readable() {
  if (paused_ || ended_ || !held_.empty()) return update_interest();
  guarded([this] {
    MessageBatch& batch = loop_.message_batch();
    const int error = port_->receive(batch);
    if (batch.size() != 0) take_batch(batch);
    if (error != 0) fail(error);
  });
}

void MessageTransport::take_batch(MessageBatch& batch) {
  std::size_t count = batch.size();
  // At its end a socket answers as many empty messages as it is asked for.
  if (batch.message(count - 1).empty() && port_->peer_has_ended()) {
    ended_ = true;
    while (count != 0 && batch.message(count - 1).empty()) --count;
  }
  for (std::size_t i = 0; i < count && sink_ != nullptr && port_ != nullptr; ++i) {
    if (batch.truncated(i)) {
      count_message(counters_, &MessageCounters::truncated);
    } else if (batch.message(i).empty()) {
      count_message(counters_, &MessageCounters::empty);
    } else if (paused_ || !held_.empty()) {
      held_.emplace_back(batch.message(i));
    } else {
      sink_->on_bytes(batch.message(i));
    }
  }
  if (!held_.empty() || ended_) update_interest();
  if (!paused_) deliver_held();
}

void MessageTransport::on_writable() {
  if (!want_write_ || sink_ == nullptr) return;
  guarded([this] {
    want_write_ = false;  // the loop is told only if no short write follows
    sink_->on_writable();
    if (!want_write_) update_interest();
  });
}

}  // namespace weir
