#include "io/messages/datagram_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <random>
#include <utility>

#include "io/messages/datagram_peer.hpp"
#include "io/messages/message_batch.hpp"
#include "io/messages/socket_port.hpp"

namespace weir {

namespace {

/// Before a Unix peer whose queue was full is tried again.
constexpr Duration before_next_try = std::chrono::milliseconds(1);

/// Peers that are looked at for one that may go.
constexpr int most_looked_at = 16;

std::uint64_t seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device() | 1U;
}

}  // namespace

std::size_t DatagramSocket::Hash::operator()(std::string_view address) const {
  std::uint64_t state = seed;
  while (!address.empty()) {
    std::uint64_t word = address.size();
    std::memcpy(&word, address.data(), std::min(address.size(), sizeof word));
    address.remove_prefix(std::min(address.size(), sizeof word));
    const auto product = static_cast<__uint128_t>(state ^ word) * 0x9e3779b97f4a7c15U;
    state = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U) ^ seed;
  }
  return state;
}

DatagramSocket::DatagramSocket(EventLoop& loop, net::Listening listening,
                               const ListenOptions& options, AcceptSink& sink)
    : loop_(loop),
      listening_(std::move(listening)),
      options_(options.messages),
      counters_(options.counters),
      sink_(&sink),
      max_message_(net::max_message(listening_.local, options_)),
      local_(listening_.local.form() == SocketAddress::Form::local),
      peers_(0, Hash{seed()}) {}

DatagramSocket::~DatagramSocket() {
  if (!out_.empty()) static_cast<void>(out_.send(descriptor()));
}

Status DatagramSocket::start() {
  auto watched = loop_.watch(
      descriptor(), [this] { on_readable(); }, [this] { flush(); });
  if (!watched.ok()) return watched.error();
  watch_ = watched.take();
  return {};
}

// --- the way in --------------------------------------------------------------------------------

void DatagramSocket::on_readable() {
  const std::shared_ptr<DatagramSocket> self = shared_from_this();
  MessageBatch& batch = loop_.message_batch();
  // An error is of something that was sent before; the socket goes on.
  static_cast<void>(batch.receive(descriptor(), max_message_));
  in_batch_ = true;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch.truncated(i)) {
      count(&MessageCounters::truncated);
    } else if (batch.message(i).empty()) {
      count(&MessageCounters::empty);
    } else {
      take({reinterpret_cast<const char*>(batch.sender(i)), batch.sender_size(i)},
           batch.message(i));
    }
  }
  in_batch_ = false;
  if (!blocked_) flush();
}

void DatagramSocket::take(std::string_view sender, std::string_view message) {
  DatagramPeer* peer = nullptr;
  if (!recent_.empty() && recent_.front()->key() == sender) {
    peer = recent_.front();
  } else {
    // A Unix address has several spellings; those without a name are all one peer.
    const SocketAddress address(reinterpret_cast<const sockaddr*>(sender.data()), sender.size(),
                                SocketKind::datagram);
    const std::string_view key(reinterpret_cast<const char*>(address.data()), address.size());
    peer = find(key);
    if (peer == nullptr) peer = accept(address);
    if (peer == nullptr) return count(&MessageCounters::dropped);
    recent_.splice(recent_.begin(), recent_, peer->recent);
  }
  peer->receive(message);
}

DatagramPeer* DatagramSocket::find(std::string_view sender) {
  const auto found = peers_.find(sender);
  return found == peers_.end() ? nullptr : found->second;
}

DatagramPeer* DatagramSocket::accept(const SocketAddress& address) {
  if (sink_ == nullptr || (peers_.size() >= options_.peers && !make_place())) return nullptr;
  auto* peer = new DatagramPeer(shared_from_this(), address);
  TransportPtr transport(peer);
  peer->recent = recent_.insert(recent_.begin(), peer);
  peer->known = true;
  peers_.emplace(peer->key(), peer);
  Accepted accepted;
  accepted.peer = address;
  accepted.transport = std::move(transport);
  sink_->on_accept(std::move(accepted));
  const std::string_view key(reinterpret_cast<const char*>(address.data()), address.size());
  return find(key);  // it may have been refused
}

/// The peer that was silent longest loses its place to a new one.
bool DatagramSocket::make_place() {
  int looked_at = 0;
  for (auto each = recent_.rbegin(); each != recent_.rend() && looked_at < most_looked_at;
       ++each, ++looked_at) {
    if (!(*each)->replaceable()) continue;
    (*each)->displace();
    return true;
  }
  return false;
}

bool DatagramSocket::hold(std::size_t size) {
  if (held_bytes_ + size > options_.held_bytes) return false;
  held_bytes_ += size;
  return true;
}

void DatagramSocket::forget(DatagramPeer& peer) {
  if (std::exchange(peer.waiting, false)) std::erase(waiting_, &peer);
  if (!std::exchange(peer.known, false)) return;
  peers_.erase(peer.key());
  recent_.erase(peer.recent);
}

// --- the way out -------------------------------------------------------------------------------

DatagramSocket::Sent DatagramSocket::send(const SocketAddress& to, std::string_view message) {
  if (local_) return send_alone(to, message);
  if (blocked_) return Sent::later;
  out_.append(to, message);
  if (out_.full()) {
    flush();
  } else if (!in_batch_) {
    loop_.defer(*this);
  }
  return Sent::taken;
}

DatagramSocket::Sent DatagramSocket::send_alone(const SocketAddress& to, std::string_view message) {
  if (to.size() <= sizeof(sa_family_t)) {
    count(&MessageCounters::unsendable);  // it has no name
    return Sent::taken;
  }
  for (;;) {
    const auto sent =
        ::sendto(descriptor(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                 to.data(), static_cast<socklen_t>(to.size()));
    if (sent >= 0) return Sent::taken;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Sent::later;
    if (errno == EINTR) continue;
    if (!concerns_one_message(errno)) return Sent::peer_gone;
    count(&MessageCounters::unsendable);
    return Sent::taken;
  }
}

void DatagramSocket::flush() {
  if (!out_.empty()) {
    const Outgoing::Result result = out_.send(descriptor());
    for (std::size_t i = 0; i < result.unsendable; ++i) count(&MessageCounters::unsendable);
    if (!result.all) {
      if (!std::exchange(blocked_, true)) watch_->want(true, true);
      return;
    }
  }
  if (!std::exchange(blocked_, false)) return;
  watch_->want(true, false);
  room_again();
}

void DatagramSocket::wait_for_room(DatagramPeer& peer) {
  if (!std::exchange(peer.waiting, true)) waiting_.push_back(&peer);
  if (local_ && !Timer::armed()) {
    loop_.timers().arm(*this, later(loop_.clock_now(), before_next_try));
  }
}

void DatagramSocket::room_again() {
  for (DatagramPeer* peer : std::exchange(waiting_, {})) {
    peer->waiting = false;
    peer->room_again();
  }
}

}  // namespace weir
