// Pipe: where splice(2) keeps bytes on their way from one socket to another, in the kernel.
// Layer: io, private. PipePool: those of one loop. A pipe is two descriptors, so only who moves
// bytes at this moment has one, and there are not too many.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "weir/io/descriptor.hpp"

namespace weir {

struct Pipe {
  Descriptor read;
  Descriptor write;
  std::size_t size = 0;  // bytes that it holds at most
};

class PipePool {
 public:
  /// nullptr when too many are out, or the system has none.
  [[nodiscard]] std::unique_ptr<Pipe> take();
  /// `pipe` is empty.
  void give(std::unique_ptr<Pipe> pipe);
  /// `pipe` was lost with what is in it.
  void drop(std::unique_ptr<Pipe> pipe);

 private:
  static constexpr std::size_t most_out = 256;
  static constexpr std::size_t most_spare = 16;
  static constexpr int wanted_size = 256 * 1024;

  std::vector<std::unique_ptr<Pipe>> spare_;
  std::size_t out_ = 0;
};

}  // namespace weir
