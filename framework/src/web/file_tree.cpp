#include "web/file_tree.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace weir::http {

namespace {

/// A rename somewhere may make the system start again; a few times it is asked to.
constexpr int most_tries = 8;

Descriptor open_beneath(int folder, const std::string& path) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  for (int i = 0;; ++i) {
    const long made =
        ::syscall(SYS_openat2, folder, path.empty() ? "." : path.c_str(), &how, sizeof how);
    if (made >= 0) return Descriptor(static_cast<int>(made));
    if ((errno != EAGAIN && errno != EINTR) || i == most_tries) return {};
  }
}

}  // namespace

Result<FileTree> FileTree::open(const std::string& root) {
  Descriptor folder(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return system_error("cannot open folder " + root, errno);
  FileTree tree(std::move(folder));
  tree.beneath_ = open_beneath(tree.root_.get(), "").valid();
  return tree;
}

Descriptor FileTree::walk(const std::string& path) const {
  Descriptor at(::fcntl(root_.get(), F_DUPFD_CLOEXEC, 0));
  std::string_view rest = path;
  while (at.valid() && !rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string part(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    at = Descriptor(
        ::openat(at.get(), part.empty() ? "." : part.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  }
  return at;
}

Descriptor FileTree::locate(const std::string& path) const {
  return beneath_ ? open_beneath(root_.get(), path) : walk(path);
}

FileTree::Found FileTree::find(const std::string& path) const {
  Found found;
  const Descriptor place = locate(path);
  if (!place.valid() || ::fstat(place.get(), &found.about) != 0) {
    found.error = errno;
    return found;
  }
  const bool folder = S_ISDIR(found.about.st_mode);
  if (!folder && !S_ISREG(found.about.st_mode)) {
    found.error = ENOENT;
    return found;
  }
  // The very same file, whatever its name means by now.
  const std::string again = "/proc/self/fd/" + std::to_string(place.get());
  found.file = Descriptor(::open(again.c_str(), O_RDONLY | O_CLOEXEC | (folder ? O_DIRECTORY : 0)));
  if (!found.file.valid()) found.error = errno;
  return found;
}

}  // namespace weir::http
