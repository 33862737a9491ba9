// FileRange: a part of an open file, to be sent without passing through the program. Layer: io.
// A value that shares the descriptor, so that one open file can be on its way to many peers.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "weir/core/error.hpp"
#include "weir/io/descriptor.hpp"

namespace weir {

struct FileRange {
  /// As a length: up to where the file ends now.
  static constexpr std::uint64_t to_end = std::numeric_limits<std::uint64_t>::max();

  std::shared_ptr<const Descriptor> file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;

  /// Opens a regular file. The error says that there is none, or that the range is not in it.
  [[nodiscard]] static Result<FileRange> open(const std::string& path, std::uint64_t offset = 0,
                                              std::uint64_t length = to_end);
  /// The same of a file that is open for reading; the range closes it in the end.
  [[nodiscard]] static Result<FileRange> of(Descriptor file, std::uint64_t offset = 0,
                                            std::uint64_t length = to_end);
};

}  // namespace weir
