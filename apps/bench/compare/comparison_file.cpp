#include "compare/comparison_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <string_view>

#include "failure.hpp"
#include "system/descriptor.hpp"

namespace weir::bench {
namespace {

std::string read_all(const std::string& path) {
  // A pipe that nobody writes to shall not hold us up.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file.is_open()) throw Failure(error_text(errno));
  std::string text;
  std::array<char, std::size_t{64} * 1024> part{};
  while (true) {
    const auto got = ::read(file.get(), part.data(), part.size());
    if (got < 0) throw Failure(error_text(errno));
    if (got == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
    if (text.size() > max_comparison_bytes) throw Failure("it is larger than 64 MiB");
  }
}

void check_names(const Comparison& comparison) {
  std::set<std::string_view> ids;
  for (const Row& row : comparison.rows) {
    if (!ids.insert(row.id).second) throw Failure("it has two rows \"" + row.id + "\"");
    std::set<std::string_view> names;
    for (const Entry& entry : row.entries) {
      if (!names.insert(entry.name).second) {
        throw Failure("its row \"" + row.id + "\" has two of \"" + entry.name + "\"");
      }
    }
  }
}

}  // namespace

Comparison read_comparison(const std::string& path) {
  try {
    Comparison comparison = comparison_from_json(read_all(path));
    check_names(comparison);
    return comparison;
  } catch (const Failure& failure) {
    throw BadFile(path + ": " + failure.what());
  }
}

}  // namespace weir::bench
