#include "io/pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace weir {

std::unique_ptr<Pipe> PipePool::take() {
  if (out_ == most_out) return nullptr;
  std::unique_ptr<Pipe> pipe;
  if (!spare_.empty()) {
    pipe = std::move(spare_.back());
    spare_.pop_back();
  } else {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) return nullptr;
    pipe = std::make_unique<Pipe>(Pipe{Descriptor(ends[0]), Descriptor(ends[1])});
    // A user who has many pipes gets small ones, or none.
    static_cast<void>(::fcntl(ends[1], F_SETPIPE_SZ, wanted_size));
    pipe->size = static_cast<std::size_t>(std::max(::fcntl(ends[1], F_GETPIPE_SZ), 0));
    if (pipe->size == 0) return nullptr;
  }
  ++out_;
  return pipe;
}

void PipePool::give(std::unique_ptr<Pipe> pipe) {
  --out_;
  if (spare_.size() < most_spare) spare_.push_back(std::move(pipe));
}

void PipePool::drop(std::unique_ptr<Pipe> pipe) {
  --out_;
  pipe.reset();
}

}  // namespace weir
