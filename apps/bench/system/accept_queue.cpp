// /proc/net/tcp names the listening sockets first, with the length of the accept queue as the
// receive queue, so that only the head is read however many connections there are:
//
//   sl  local_address rem_address   st tx_queue:rx_queue ...
//    0: 0100007F:1B58 00000000:0000 0A 00000000:00000003 ...
//
// It is read by lines of 150 bytes. For a larger buffer the kernel would look up connections that
// nobody reads, in a table of hundreds of thousands of places: milliseconds each time.
#include "system/accept_queue.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "failure.hpp"

namespace weir::bench {
namespace {

constexpr std::chrono::seconds timeout{10};
constexpr std::string_view listening = "0A";
constexpr std::size_t line_size = 150;

unsigned long from_hex(std::string_view text) {
  unsigned long value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

std::string_view after_colon(std::string_view text) { return text.substr(text.rfind(':') + 1); }

void add_queues(const char* table, std::uint16_t port, std::optional<unsigned>& sum) {
  std::array<char, line_size + 1> buffer{};
  std::ifstream file;
  file.rdbuf()->pubsetbuf(buffer.data(), buffer.size());
  file.open(table);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields{line};
    std::string number, local, remote, state, queues;
    fields >> number >> local >> remote >> state >> queues;
    if (state != listening) return;
    if (from_hex(after_colon(local)) != port) continue;
    sum = sum.value_or(0) + static_cast<unsigned>(from_hex(after_colon(queues)));
  }
}

}  // namespace

std::optional<unsigned> accept_queue(std::uint16_t port) {
  std::optional<unsigned> sum;
  add_queues("/proc/net/tcp", port, sum);
  if (!sum) add_queues("/proc/net/tcp6", port, sum);
  return sum;
}

void wait_accepted(std::uint16_t port, const Interrupts& interrupts) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto waiting = accept_queue(port);
    if (!waiting) throw Failure("nothing listens on port " + std::to_string(port));
    if (*waiting == 0) return;
    if (std::chrono::steady_clock::now() > deadline) {
      throw Failure("the server left " + std::to_string(*waiting) + " connections unaccepted for " +
                    std::to_string(timeout.count()) + " s");
    }
    interrupts.sleep(std::chrono::milliseconds{1});
  }
}

}  // namespace weir::bench
