#include "io/acceptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

namespace weir {

namespace {

Descriptor open_spare() { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

Descriptor accept_one(int listening, SocketAddress& peer) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  Descriptor accepted(::accept4(listening, address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (accepted.valid()) peer = SocketAddress(address, size);
  return accepted;
}

}  // namespace

Acceptor::Acceptor(Descriptor listening, const ListenOptions& options, AcceptSink& sink)
    : listening_(std::move(listening)),
      spare_(open_spare()),
      pause_(options.overload_pause),
      sink_(sink) {}

Acceptor::~Acceptor() {
  if (gone_ != nullptr) *gone_ = true;
}

bool Acceptor::accept_some() {
  bool gone = false;
  gone_ = &gone;
  const bool go_on = take_batch(gone);
  if (gone) return true;
  gone_ = nullptr;
  return go_on;
}

bool Acceptor::take_batch(const bool& gone) {
  for (int i = 0; i < batch; ++i) {
    SocketAddress peer;
    Descriptor accepted = accept_one(listening_.get(), peer);
    if (accepted.valid()) {
      sink_.on_accept({std::move(accepted), peer, nullptr});
      if (gone) return true;
      continue;
    }
    switch (errno) {
      case EAGAIN:
        return true;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        shed(errno);
        return false;
      case EBADF:
      case EINVAL:
      case ENOTSOCK:
      case EOPNOTSUPP:
        sink_.on_shed(0, errno);
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
    for (int i = 0; i < shed_batch; ++i) {
      spare_.close();
      SocketAddress peer;
      const bool took = accept_one(listening_.get(), peer).valid();
      spare_ = open_spare();
      if (!took) break;
      ++count;
    }
  }
  sink_.on_shed(count, error);
}

}  // namespace weir
