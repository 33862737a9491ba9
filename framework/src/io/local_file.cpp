#include "io/local_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "io/socket.hpp"

namespace weir {

namespace {

/// 0 when the file at `address` is a socket that nobody answers on, else why it stays.
int why_in_use(const SocketAddress& address) {
  struct stat file {};
  if (::lstat(address.path().c_str(), &file) != 0) return errno == ENOENT ? 0 : errno;
  if (!S_ISSOCK(file.st_mode)) return EEXIST;
  for (const SocketKind kind : {address.kind(), SocketKind::stream, SocketKind::datagram}) {
    const Descriptor probe(::socket(AF_UNIX, net::type_of(kind) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!probe.valid()) return errno;
    if (::connect(probe.get(), address.data(), static_cast<socklen_t>(address.size())) == 0) {
      return EADDRINUSE;
    }
    // EPROTOTYPE: a socket of another type is open there, so that one is asked.
    if (errno == EPROTOTYPE) continue;
    return errno == ECONNREFUSED || errno == ENOENT ? 0 : errno == EAGAIN ? EADDRINUSE : errno;
  }
  return EADDRINUSE;
}

/// Held while it lives; a directory that cannot be locked is one that others do not write.
Descriptor lock_directory(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path();
  Descriptor locked(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (locked.valid()) {
    while (::flock(locked.get(), LOCK_EX) != 0 && errno == EINTR) continue;
  }
  return locked;
}

Status set_rights(const std::string& path, const LocalFileOptions& options) {
  if (options.mode && ::chmod(path.c_str(), *options.mode) != 0) {
    return system_error("cannot set the mode of " + path, errno);
  }
  if (!options.user && !options.group) return {};
  const uid_t user = options.user.value_or(static_cast<uid_t>(-1));
  const gid_t group = options.group.value_or(static_cast<gid_t>(-1));
  if (::lchown(path.c_str(), user, group) == 0) return {};
  return system_error("cannot set the owner of " + path, errno);
}

}  // namespace

LocalFile& LocalFile::operator=(LocalFile&& other) noexcept {
  if (this == &other) return *this;
  remove();
  path_ = std::exchange(other.path_, {});
  device_ = other.device_;
  inode_ = other.inode_;
  owner_ = other.owner_;
  return *this;
}

Result<LocalFile> LocalFile::bind(int socket, const SocketAddress& address,
                                  const LocalFileOptions& options,
                                  const std::function<Status()>& listen) {
  const auto failed = [&](int code) { return system_error("cannot bind", code); };
  LocalFile file;
  const std::string path = address.path();
  if (path.empty() || path.front() == '@') {
    if (!net::bind_to(socket, address)) return failed(errno);
    if (Status listening = listen(); !listening.ok()) return listening.error();
    return file;
  }
  const Descriptor lock = lock_directory(path);
  if (const int code = why_in_use(address); code != 0) {
    if (code == EEXIST) return Error{"there is a file that is no socket", EEXIST};
    return failed(code);
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed(errno);
  if (!net::bind_to(socket, address)) return failed(errno);
  struct stat made {};
  if (::lstat(path.c_str(), &made) != 0) return failed(errno);
  file.path_ = path;
  file.device_ = made.st_dev;
  file.inode_ = made.st_ino;
  file.owner_ = ::getpid();
  if (Status rights = set_rights(path, options); !rights.ok()) return rights.error();
  if (Status listening = listen(); !listening.ok()) return listening.error();
  return file;
}

void LocalFile::remove() {
  const std::string path = std::exchange(path_, {});
  if (path.empty() || owner_ != ::getpid()) return;
  struct stat present {};
  if (::lstat(path.c_str(), &present) != 0) return;
  if (present.st_dev == device_ && present.st_ino == inode_) ::unlink(path.c_str());
}

}  // namespace weir
