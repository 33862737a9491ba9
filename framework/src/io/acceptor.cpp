#include "io/acceptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>

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
  // Somebody else of the process was quicker last time: the spare comes before a connection.
  if (!spare_.valid()) spare_ = open_spare();
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
    Descriptor accepted;
    int error = 0;
    {
      const std::shared_lock lock(shedding);
      accepted = accept_one(listening_.get(), peer);
      error = errno;
    }
    if (accepted.valid()) {
      sink_.on_accept({std::move(accepted), peer, nullptr});
      if (gone) return true;
      continue;
    }
    switch (error) {
      case EAGAIN:
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
      const bool took = accept_one(listening_.get(), peer).valid();
      spare_ = open_spare();
      if (!took) break;
      ++count;
    }
  }
  sink_.on_shed(count, error);
}

}  // namespace weir
