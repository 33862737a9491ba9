#include "support/message_peer.hpp"

#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "support/sockets.hpp"

namespace weir::test {

namespace {

constexpr std::size_t most = 256 * 1024;

int checked(int result, const char* call) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), call);
  return result;
}

int type_of(SocketKind kind) { return kind == SocketKind::packet ? SOCK_SEQPACKET : SOCK_DGRAM; }

void wait_readable(int descriptor) {
  pollfd waited{descriptor, POLLIN, 0};
  const int limit = static_cast<int>(std::chrono::milliseconds(patience).count());
  if (checked(::poll(&waited, 1, limit), "poll") == 0) in_vain("a message");
}

}  // namespace

bool has_message_queues() {
  const std::string name = "/weir-test-probe-" + std::to_string(::getpid());
  const Descriptor made(::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, nullptr));
  ::mq_unlink(name.c_str());
  return made.valid();
}

void remove_queues(const SocketAddress& address) {
  if (address.form() != SocketAddress::Form::queue) return;
  ::mq_unlink(("/" + address.path()).c_str());
  ::mq_unlink(("/" + address.path() + ".reply").c_str());
}

MessagePeer::MessagePeer(const SocketAddress& server, bool nameless)
    : queue_(server.form() == SocketAddress::Form::queue) {
  if (queue_) {
    const std::string name = "/" + server.path();
    out_ = Descriptor(checked(::mq_open(name.c_str(), O_WRONLY | O_NONBLOCK), "mq_open"));
    in_ =
        Descriptor(checked(::mq_open((name + ".reply").c_str(), O_RDONLY | O_NONBLOCK), "mq_open"));
    return;
  }
  out_ = Descriptor(
      checked(::socket(server.family(), type_of(server.kind()) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
              "socket"));
  if (server.family() == AF_UNIX && server.kind() == SocketKind::datagram && !nameless) {
    const sa_family_t family = AF_UNIX;
    sockaddr_storage name{};
    name.ss_family = family;
    checked(::bind(out_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof family), "bind");
  }
  checked(::connect(out_.get(), server.data(), static_cast<socklen_t>(server.size())), "connect");
}

bool MessagePeer::try_send(std::string_view message) const {
  if (queue_) return ::mq_send(out_.get(), message.data(), message.size(), 0) == 0;
  return ::send(out_.get(), message.data(), message.size(), MSG_NOSIGNAL) >= 0;
}

void MessagePeer::send(std::string_view message) const {
  wait_until("room for a message", [&] {
    if (try_send(message)) return true;
    if (errno != EAGAIN) throw std::system_error(errno, std::generic_category(), "send");
    return false;
  });
}

std::optional<std::string> MessagePeer::receive_now() const {
  std::string message(most, '\0');
  const ssize_t size = queue_ ? ::mq_receive(in_.get(), message.data(), message.size(), nullptr)
                              : ::recv(out_.get(), message.data(), message.size(), 0);
  if (size < 0 && errno == EAGAIN) return std::nullopt;
  if (size < 0) throw std::system_error(errno, std::generic_category(), "receive");
  message.resize(static_cast<std::size_t>(size));
  return message;
}

std::string MessagePeer::receive() const {
  for (;;) {
    wait_readable(queue_ ? in_.get() : out_.get());
    if (auto message = receive_now()) return std::move(*message);
  }
}

bool MessagePeer::ended() const { return receive().empty(); }

SocketAddress MessagePeer::local() const { return address_of(out_); }

}  // namespace weir::test
