#include "system/replaced_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "system/descriptor.hpp"

namespace weir::bench {
namespace {

namespace fs = std::filesystem;

constexpr ::mode_t ordinary_mode = 0666;  // less the umask

std::error_code last_error() { return {errno, std::system_category()}; }

std::error_code write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(file, content.data(), content.size());
    if (written >= 0) {
      content.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return last_error();
    }
  }
  return {};
}

// What a link leads to, for the link is to stay.
fs::path target_of(const std::string& path) {
  std::error_code none_there;
  const fs::path target = fs::canonical(path, none_there);
  return none_there ? fs::path(path) : target;
}

bool is_other_than_a_file(const fs::path& path) {
  std::error_code none_there;
  const auto status = fs::status(path, none_there);
  return fs::exists(status) && !fs::is_regular_file(status);
}

// A file that may not be written is not to be replaced either.
std::error_code check_writable(const fs::path& path) {
  return ::access(path.c_str(), W_OK) == 0 || errno == ENOENT ? std::error_code{} : last_error();
}

std::error_code write_in_place(const fs::path& path, std::string_view content) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file.is_open() ? write_all(file.get(), content) : last_error();
}

// Not there before and not there afterwards, unless it was renamed.
class Part {
 public:
  explicit Part(const fs::path& path)
      : name_(path.string() + "." + std::to_string(::getpid()) + ".part") {
    ::unlink(name_.c_str());
    file_ =
        Descriptor(::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, ordinary_mode));
    if (!file_.is_open()) error_ = last_error();
  }
  ~Part() {
    if (file_.is_open()) ::unlink(name_.c_str());
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  std::error_code error() const { return error_; }

  // A full disk may tell only now.
  std::error_code write(std::string_view content) const {
    if (const auto error = write_all(file_.get(), content)) return error;
    return ::fsync(file_.get()) == 0 ? std::error_code{} : last_error();
  }
  std::error_code rename_to(const fs::path& path) {
    struct stat before {};
    if (::stat(path.c_str(), &before) == 0 && ::fchmod(file_.get(), before.st_mode & 07777U) != 0) {
      return last_error();
    }
    if (std::rename(name_.c_str(), path.c_str()) != 0) return last_error();
    file_.close();
    return {};
  }

 private:
  std::string name_;
  Descriptor file_;
  std::error_code error_;
};

}  // namespace

std::error_code replace_file(const std::string& path, std::string_view content) {
  const fs::path target = target_of(path);
  if (const auto error = check_writable(target)) return error;
  if (is_other_than_a_file(target)) return write_in_place(target, content);
  Part part(target);
  if (part.error()) return part.error();
  if (const auto error = part.write(content)) return error;
  return part.rename_to(target);
}

std::error_code check_replaceable(const std::string& path) {
  const fs::path target = target_of(path);
  if (const auto error = check_writable(target)) return error;
  return is_other_than_a_file(target) ? std::error_code{} : Part(target).error();
}

}  // namespace weir::bench
