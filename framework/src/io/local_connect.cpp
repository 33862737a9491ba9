#include "io/local_connect.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "io/messages/messages.hpp"
#include "io/socket.hpp"

namespace weir {

namespace {

/// Before a listener whose backlog was full is tried again.
constexpr Duration before_next_attempt = std::chrono::milliseconds(5);

struct Attempt {
  EventLoop& loop;
  SocketAddress address;
  SocketOptions options;
  MessageOptions messages;
  TimePoint deadline;
  EventLoop::ConnectHandler handler;

  static void run(std::shared_ptr<Attempt> self) {
    auto socket = net::open_socket(self->address, self->options, SocketRole::connection);
    if (!socket.ok()) return self->handler(net::cannot_connect(self->address, socket.error()));
    const int progress = self->begin(socket.value());
    if (progress == 0) {
      return self->handler(
          self->loop.adopt({socket.take(), self->address, nullptr, self->messages}));
    }
    if (progress != EAGAIN) return self->handler(net::cannot_connect(self->address, progress));
    if (self->loop.clock_now() >= self->deadline) {
      return self->handler(net::cannot_connect(self->address, ETIMEDOUT));
    }
    EventLoop& loop = self->loop;
    loop.run_after(before_next_attempt,
                   [self = std::move(self)]() mutable { run(std::move(self)); });
  }

  int begin(const Descriptor& socket) const {
    if (address.kind() == SocketKind::datagram && address.form() == SocketAddress::Form::local) {
      // An abstract name that the system chooses (unix(7), autobind), for replies to find.
      const sa_family_t family = AF_UNIX;
      sockaddr_storage name{};
      name.ss_family = family;
      if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof family) != 0) {
        return errno;
      }
    }
    return net::connect_progress(socket.get(), address);
  }

  /// The number is the process's: what it was given is used up by it.
  void take_inherited() {
    Descriptor given(address.descriptor());
    const SocketAddress peer = net::peer_address(given.get());
    if (peer.empty()) {
      const int code = errno;
      static_cast<void>(given.release());
      return handler(net::cannot_connect(address, code));
    }
    if (!net::prepare_inherited(given.get())) return handler(net::cannot_connect(address, errno));
    const Status applied = apply_options(given.get(), options, SocketRole::connection);
    if (!applied.ok()) return handler(net::cannot_connect(address, applied.error()));
    handler(loop.adopt({std::move(given), peer, nullptr, messages}));
  }
};

}  // namespace

bool connects_at_once(const SocketAddress& address) {
  return address.form() != SocketAddress::Form::inet || keeps_boundaries(address.kind());
}

void connect_local(EventLoop& loop, const SocketAddress& address, const ConnectOptions& options,
                   EventLoop::ConnectHandler handler) {
  auto attempt = std::make_shared<Attempt>(Attempt{loop, address, options.socket, options.messages,
                                                   later(loop.clock_now(), options.deadline),
                                                   std::move(handler)});
  loop.post([attempt = std::move(attempt)]() mutable {
    if (attempt->address.form() == SocketAddress::Form::inherited) {
      return attempt->take_inherited();
    }
    if (attempt->address.form() == SocketAddress::Form::queue) {
      return attempt->handler(connect_to_queue(attempt->loop, attempt->address, attempt->messages));
    }
    Attempt::run(std::move(attempt));
  });
}

}  // namespace weir
