#include "limits.hpp"

#include "failure.hpp"

namespace weir::bench {
namespace {

// Of a SET or a GET and its answer, besides a value: names, lengths, and where they begin.
constexpr std::uint64_t around_value = 64;

void check_range(const char* name, std::uint64_t value, std::uint64_t low, std::uint64_t high) {
  if (value < low || value > high) {
    throw Failure(std::string(name) + " is not in " + std::to_string(low) + " to " +
                  std::to_string(high));
  }
}

// Every key has a value of its own, which each of its GETs is answered with.
void check_resp(const LoadOptions& load) {
  check_range("--keys", load.keys, 1, max_keys);
  check_range("--reads", load.reads, 0, max_reads);
  if (load.size * load.keys > max_key_bytes) {
    throw Failure("--size times --keys is more than 64 MiB of values");
  }
  const auto messages = std::uint64_t{load.keys} * (std::uint64_t{load.reads} + 1);
  if (messages * (load.size + around_value) > max_script_bytes) {
    throw Failure("--keys times --reads is more than 256 MiB of messages");
  }
}

}  // namespace

void check_limits(const LoadOptions& load) {
  const bool has_size = load.protocol != Protocol::http;
  if (has_size) check_range("--size", load.size, 1, max_size);
  check_range("--depth", load.depth, 1, max_depth);
  if ((load.size + 4) * load.depth > max_bytes_in_flight) {
    throw Failure("--size times --depth is more than 64 MiB in flight on a connection");
  }
  if (std::uint64_t{load.connections} * load.depth > max_messages_in_flight) {
    throw Failure("--connections times --depth is more than 1,000,000 messages in flight");
  }
  if (load.protocol == Protocol::resp) check_resp(load);
}

}  // namespace weir::bench
