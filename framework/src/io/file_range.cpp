#include "weir/io/file_range.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace weir {

Result<FileRange> FileRange::open(const std::string& path, std::uint64_t offset,
                                  std::uint64_t length) {
  // Not waiting: what looks like a file may be a pipe that nobody writes.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file.valid()) return system_error("cannot open " + path, errno);
  auto range = of(std::move(file), offset, length);
  if (!range.ok()) return Error{path + ": " + range.error().message, range.error().code};
  return range;
}

Result<FileRange> FileRange::of(Descriptor file, std::uint64_t offset, std::uint64_t length) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return system_error("cannot look at the file", errno);
  if (!S_ISREG(status.st_mode)) return Error{"this is no regular file", EINVAL};
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const bool inside = offset <= size && (length == to_end || length <= size - offset);
  if (!inside) {
    return Error{"the file has " + std::to_string(size) + " bytes, the range is not in it", EINVAL};
  }
  return FileRange{std::make_shared<const Descriptor>(std::move(file)), offset,
                   length == to_end ? size - offset : length};
}

}  // namespace weir
