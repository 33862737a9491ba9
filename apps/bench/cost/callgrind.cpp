// Instructions in user space. The kernel's are not among them.
#include "cost/callgrind.hpp"

#include <charconv>
#include <sstream>

#include "cost/memory_file.hpp"
#include "cost/tool.hpp"
#include "failure.hpp"
#include "system/child.hpp"
#include "system/run.hpp"

namespace weir::bench {
namespace {

// glibc chooses among its memcpy()s by what the CPU can do, and valgrind shows the program the CPU
// that there is. Without these the choice is that of every x86-64: figures go from one machine to
// another. Names that a glibc does not know it ignores.
constexpr const char* plain_cpu =
    "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512VL,-AVX512F,-AVX2,-AVX,-AVX_Fast_Unaligned_Load,"
    "-SSE4_2,-SSE4_1,-SSSE3,-BMI2,-BMI1,-LZCNT,-MOVBE,-ERMS,-FSRM,-RTM";

class Callgrind : public Tool {
 public:
  std::string why_not() const override {
    return is_installed("valgrind") ? "" : "valgrind is not installed";
  }

  bool counts_polling() const override { return true; }

  Counts count(const Command& server, const Visit& visit, const Interrupts& interrupts) override {
    const MemoryFile profile{"callgrind"};
    Command command{"env",      plain_cpu,
                    "valgrind", "--tool=callgrind",
                    "--quiet",  "--callgrind-out-file=" + profile.path()};
    command.insert(command.end(), server.begin(), server.end());
    {
      Child child{command, std::nullopt};
      const auto endpoint = child.wait_listening(interrupts);
      visit(child.pid(), endpoint);
    }
    return {{"instructions", instructions_in(profile.text())}};
  }
};

}  // namespace

std::uint64_t instructions_in(std::string_view profile) {
  static constexpr std::string_view words = "\ntotals: ";
  const auto at = profile.rfind(words);
  if (at == std::string_view::npos) {
    throw Failure("callgrind left no totals: the server did not end in order");
  }
  const auto number = profile.substr(at + words.size());
  std::uint64_t count = 0;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), count);
  if (parsed.ec != std::errc{}) throw Failure("callgrind's totals are no number");
  return count;
}

std::unique_ptr<Tool> make_callgrind() { return std::make_unique<Callgrind>(); }

}  // namespace weir::bench
