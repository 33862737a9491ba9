// A file that is in memory only, for a child to write and us to read: nothing is left behind.
#pragma once

#include <sys/mman.h>

#include <fstream>
#include <iterator>
#include <string>

#include "failure.hpp"
#include "system/descriptor.hpp"

namespace weir::bench {

class MemoryFile {
 public:
  // Children that are started while it is there inherit it.
  explicit MemoryFile(const char* name) : memory_(memfd_create(name, 0)) {
    if (!memory_.is_open()) fail_with_errno("memfd_create");
  }

  int descriptor() const { return memory_.get(); }

  // For us and for a child alike.
  std::string path() const { return "/proc/self/fd/" + std::to_string(memory_.get()); }

  std::string text() const {
    std::ifstream file{path()};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

 private:
  Descriptor memory_;
};

}  // namespace weir::bench
