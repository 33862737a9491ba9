#include "io/acceptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <shared_mutex>

namespace weir {

namespace {

// Descriptors are the process's. Between giving a spare up and having it again, no other loop may
// accept: it would take that number for a connection, and the spare would be gone. Shared by those
// that accept, held alone by the one that sheds.
std::shared_mutex shedding;

Descriptor open_spare() { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

}  // namespace

Acceptor::Acceptor(net::Listening listening, const ListenOptions& options, AcceptSink& sink)
    : listening_(std::move(listening)),
      connection_options_(options.socket),
      messages_(options.messages),
      // TCP hands a listener's options on to its connections, Unix sockets do not.
      sets_options_(listening_.local.form() == SocketAddress::Form::local &&
                    (options.socket.send_buffer || options.socket.receive_buffer)),
      spare_(open_spare()),
      pause_(options.overload_pause),
      sink_(sink) {}

Acceptor::~Acceptor() {
  if (gone_ != nullptr) *gone_ = true;
}

bool Acceptor::accept_some() {
  // Somebody else of the process was quicker last time: the spare comes before a connection.
  if (!spare_.valid()) spare_ = open_spare();
  bool gone = false;
  gone_ = &gone;
  const bool go_on = take_batch(gone);
  if (gone) return true;
  gone_ = nullptr;
  return go_on;
}

Descriptor Acceptor::accept_one(SocketAddress& peer) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  Descriptor accepted(::accept4(descriptor(), address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!accepted.valid()) return accepted;
  peer = SocketAddress(address, size, listening_.local.kind());
  // The listener has the same ones, so nothing is left to fail but for want of memory.
  if (sets_options_) {
    static_cast<void>(apply_options(accepted.get(), connection_options_, SocketRole::connection));
  }
  return accepted;
}

bool Acceptor::take_batch(const bool& gone) {
  const bool tries_more = ++batches_ % growth_pause == 0;
  expected_ = std::min(tries_more ? expected_ * 2 : expected_, batch);
  const int most = expected_;
  for (int i = 0; i < most; ++i) {
    SocketAddress peer;
    Descriptor accepted;
    int error = 0;
    {
      const std::shared_lock lock(shedding);
      accepted = accept_one(peer);
      error = errno;
    }
    if (accepted.valid()) {
      sink_.on_accept({std::move(accepted), peer, nullptr, messages_});
      if (gone) return true;
      continue;
    }
    switch (error) {
      case EAGAIN:
        expected_ = std::max(i, 1);
        return true;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        shed(error);
        return false;
      case EBADF:
      case EINVAL:
      case ENOTSOCK:
      case EOPNOTSUPP:
        sink_.on_shed(0, error);
        return false;
      default:
        // EINTR, ECONNABORTED and the network errors that accept(2) passes on concern that one
        // connection alone.
        continue;
    }
  }
  return true;
}

void Acceptor::shed(int error) {
  std::size_t count = 0;
  if (error == EMFILE || error == ENFILE) {
    const std::lock_guard lock(shedding);
    for (int i = 0; i < shed_batch; ++i) {
      spare_.close();
      SocketAddress peer;
      const bool took = accept_one(peer).valid();
      spare_ = open_spare();
      if (!took) break;
      ++count;
    }
  }
  sink_.on_shed(count, error);
}

}  // namespace weir
