#include "io/messages/datagram_peer.hpp"

#include <cerrno>
#include <utility>

#include "weir/core/record.hpp"

namespace weir {

DatagramPeer::DatagramPeer(std::shared_ptr<DatagramSocket> socket, const SocketAddress& peer)
    : socket_(std::move(socket)),
      peer_(peer),
      // Nobody sends from a Unix socket that is not bound to the address it shows.
      verified_(peer.form() != SocketAddress::Form::inet) {}

DatagramPeer::~DatagramPeer() {
  for (const std::string& each : held_) socket_->give_back(each.size());
}

void DatagramPeer::release() {
  sink_ = nullptr;
  socket_->forget(*this);
  released_ = true;
  if (!in_callback_) delete this;
}

void DatagramPeer::receive(std::string_view message) {
  received_ += message.size();
  if (sink_ == nullptr) return socket_->count(&MessageCounters::dropped);
  if (!paused_ && held_.empty()) return deliver(message);
  if (held_.size() >= socket_->options().held_messages || !socket_->hold(message.size())) {
    return socket_->count(&MessageCounters::dropped);
  }
  held_.emplace_back(message);
}

void DatagramPeer::deliver(std::string_view message) {
  in_callback_ = true;
  sink_->on_bytes(message);
  in_callback_ = false;
  if (released_) delete this;
}

void DatagramPeer::resume_reading() {
  paused_ = false;
  if (!held_.empty()) socket_->loop().defer(*this);
}

void DatagramPeer::room_again() {
  room_ = true;
  socket_->loop().defer(*this);
}

void DatagramPeer::displace() {
  socket_->count(&MessageCounters::displaced);
  fail(ECONNABORTED);
}

void DatagramPeer::fail(int error) {
  if (std::exchange(over_, true)) return;
  error_ = error;
  // What comes from there now is of a new peer.
  socket_->forget(*this);
  socket_->loop().defer(*this);
}

void DatagramPeer::run_deferred() {
  in_callback_ = true;
  if (over_) {
    if (sink_ != nullptr) std::exchange(sink_, nullptr)->on_closed(error_);
  } else {
    deliver_held();
    if (std::exchange(room_, false) && std::exchange(want_write_, false) && sink_ != nullptr) {
      sink_->on_writable();
    }
  }
  in_callback_ = false;
  if (released_) delete this;
}

void DatagramPeer::deliver_held() {
  std::size_t told = 0;
  while (told < held_.size() && !paused_ && !over_ && sink_ != nullptr) {
    socket_->give_back(held_[told].size());
    const std::string message = std::move(held_[told++]);
    sink_->on_bytes(message);
  }
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(told));
  if (held_.empty()) held_ = {};
}

bool DatagramPeer::may_send(std::size_t size) {
  if (verified_) return true;
  if (sent_ + size > received_ * socket_->options().amplification) return false;
  sent_ += size;
  return true;
}

std::size_t DatagramPeer::write(std::span<const std::string_view> pieces) {
  std::size_t taken = 0;
  if (over_) return 0;
  for (std::string_view records : pieces) {
    while (!records.empty()) {
      const std::size_t before = records.size();
      const std::string_view message = take_record(records);
      if (!may_send(message.size())) {
        socket_->count(&MessageCounters::amplifying);
      } else {
        const DatagramSocket::Sent sent = socket_->send(peer_, message);
        if (sent == DatagramSocket::Sent::peer_gone) {
          fail(ECONNRESET);
          return taken;
        }
        if (sent == DatagramSocket::Sent::later) {
          if (!verified_) sent_ -= message.size();
          want_write_ = true;
          socket_->wait_for_room(*this);
          return taken;
        }
      }
      taken += before - records.size();
    }
  }
  return taken;
}

}  // namespace weir
