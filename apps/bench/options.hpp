// What each subcommand was asked to do. Filled by flags.cpp, read by everybody else; plain values.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "system/endpoint.hpp"

namespace weir::bench {

// How the bytes of one message look on the wire.
enum class Protocol {
  raw,       // the payload alone; the server sees no borders
  length4,   // 4 bytes, big-endian, the size of the payload without themselves; then the payload
  json_rpc,  // the same, the payloads are calls of "add", and the answers may come in any order
};

// As the flag has it.
constexpr const char* name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::raw:
      return "raw";
    case Protocol::length4:
      return "length:4";
    case Protocol::json_rpc:
      return "json-rpc";
  }
  return "";
}

// Memory of the client is bounded by these; flags.cpp refuses what goes past them.
inline constexpr std::size_t max_size = 16U << 20U;                 // bytes of one payload
inline constexpr std::size_t max_bytes_in_flight = 64U << 20U;      // of one connection
inline constexpr std::uint64_t max_messages_in_flight = 1'000'000;  // of all connections

using Seconds = std::chrono::duration<double>;

struct LoadOptions {
  Endpoint to;
  Protocol protocol = Protocol::raw;
  unsigned connections = 64;
  std::size_t size = 64;  // bytes of one payload
  unsigned depth = 1;     // messages that each connection keeps in flight
  unsigned threads = 1;
  Seconds seconds{2.0};        // length of the window, unless `messages` says it
  std::uint64_t messages = 0;  // 0: the window is `seconds` long
  Seconds warmup{0.5};
  pid_t server_pid = 0;  // 0: nothing is said about the server's CPU
  bool json = false;
};

struct IdleOptions {
  Endpoint to;
  unsigned connections = 1000;
  pid_t server_pid = 0;
  bool json = false;
};

struct PairOptions {
  LoadOptions load;  // `to` and `server_pid` are filled in for each command
  unsigned rounds = 7;
  double max_spread = 0.10;  // of the paired ratios, as a share of their median
  bool pin = false;
  std::vector<std::vector<std::string>> commands;  // A, B, C, ...
  bool json = false;
};

}  // namespace weir::bench
