#include "kv/disk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace weir::kv {

namespace {

/// For the owner alone: it holds what clients keep behind a password.
constexpr mode_t file_mode = 0600;

template <class Call>
auto again_if_interrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace

int Disk::open_append(const std::string& path) {
  return again_if_interrupted(
      [&] { return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, file_mode); });
}

ssize_t Disk::write(int file, std::string_view bytes) {
  return again_if_interrupted([&] { return ::write(file, bytes.data(), bytes.size()); });
}

int Disk::sync(int file) {
  return again_if_interrupted([&] { return ::fdatasync(file); });
}

int Disk::truncate(int file, off_t size) {
  return again_if_interrupted([&] { return ::ftruncate(file, size); });
}

int Disk::rename(const std::string& from, const std::string& to) {
  return std::rename(from.c_str(), to.c_str());
}

int Disk::sync_folder(int folder) {
  return again_if_interrupted([&] { return ::fsync(folder); });
}

int Disk::remove(const std::string& path) { return ::unlink(path.c_str()); }

}  // namespace weir::kv
