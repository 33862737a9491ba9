// Allocations, by a library that is preloaded into the server: see preload/count_allocations.c.
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>

#include "cost/memory_file.hpp"
#include "cost/preload/count_allocations.h"
#include "cost/tool.hpp"
#include "failure.hpp"
#include "system/child.hpp"
#include "system/run.hpp"

namespace weir::bench {
namespace {

constexpr const char* library_name = "libweir-count-allocations.so";

// The counters, as we see them.
class SharedCounts {
 public:
  SharedCounts() : file_("allocations") {
    if (ftruncate(file_.descriptor(), sizeof(AllocationCounts)) != 0) fail_with_errno("ftruncate");
    void* memory =
        mmap(nullptr, sizeof(AllocationCounts), PROT_READ, MAP_SHARED, file_.descriptor(), 0);
    if (memory == MAP_FAILED) fail_with_errno("mmap");
    counts_ = static_cast<const AllocationCounts*>(memory);
  }
  ~SharedCounts() { munmap(const_cast<AllocationCounts*>(counts_), sizeof *counts_); }
  SharedCounts(const SharedCounts&) = delete;
  SharedCounts& operator=(const SharedCounts&) = delete;

  int descriptor() const { return file_.descriptor(); }
  const AllocationCounts& get() const { return *counts_; }

 private:
  MemoryFile file_;
  const AllocationCounts* counts_ = nullptr;
};

class AllocationCounter : public Tool {
 public:
  AllocationCounter() : library_(programs_directory() / library_name) {}

  std::string why_not() const override {
    return std::filesystem::exists(library_)
               ? ""
               : std::string(library_name) + " is not beside weir-bench";
  }

  bool counts_polling() const override { return false; }

  Counts count(const Command& server, const Visit& visit, const Interrupts& interrupts) override {
    const SharedCounts shared;
    Command command{"env", "LD_PRELOAD=" + library_.string(),
                    ALLOCATION_COUNTS_VARIABLE "=" + std::to_string(shared.descriptor())};
    command.insert(command.end(), server.begin(), server.end());
    {
      Child child{command, std::nullopt};
      const auto endpoint = child.wait_listening(interrupts);
      visit(child.pid(), endpoint);
    }
    const auto& counts = shared.get();
    if (counts.attached == 0) {
      throw Failure("the counter does not get into this program, which is linked statically");
    }
    return {{"malloc", counts.mallocs},
            {"calloc", counts.callocs},
            {"realloc", counts.reallocs},
            {"aligned", counts.aligned}};
  }

 private:
  std::filesystem::path library_;
};

}  // namespace

std::unique_ptr<Tool> make_allocation_counter() { return std::make_unique<AllocationCounter>(); }

}  // namespace weir::bench
