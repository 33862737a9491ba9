// LocalFile: the file that a Unix socket is found by, from its making to its removal.
// Layer: io, private.
//
// A file that a program left behind is replaced, but only a socket, and only when nobody answers on
// it. Two programs that start at once take turns: each locks the directory while it looks, binds
// and listens. At the end the file is removed where it is still the same one.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <utility>

#include "weir/core/error.hpp"
#include "weir/core/socket_address.hpp"
#include "weir/io/event_loop.hpp"

namespace weir {

class LocalFile {
 public:
  LocalFile() = default;
  LocalFile(LocalFile&& other) noexcept { *this = std::move(other); }
  LocalFile& operator=(LocalFile&& other) noexcept;
  LocalFile(const LocalFile&) = delete;
  LocalFile& operator=(const LocalFile&) = delete;
  ~LocalFile() { remove(); }

  /// Binds `socket` to `address`, gives the file its mode and owner, and calls `listen` before any
  /// other program of this kind can look at it. An abstract or unnamed address has no file.
  [[nodiscard]] static Result<LocalFile> bind(int socket, const SocketAddress& address,
                                              const LocalFileOptions& options,
                                              const std::function<Status()>& listen);

 private:
  void remove();

  std::string path_;  // empty: nothing to remove
  dev_t device_ = 0;
  ino_t inode_ = 0;
  pid_t owner_ = 0;  // a child made by fork() leaves it alone
};

}  // namespace weir
