// What each subcommand was asked to do. Filled by flags.cpp, read by everybody else; plain values.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "spread.hpp"
#include "system/endpoint.hpp"

namespace weir::bench {

// How the bytes of one message look on the wire.
enum class Protocol {
  raw,       // the payload alone; the server sees no borders
  length4,   // 4 bytes, big-endian, the size of the payload without themselves; then the payload
  json_rpc,  // the same, the payloads are calls of "add", and the answers may come in any order
  resp,      // SET of a key, then GETs of it, as Redis speaks; `size` is that of the value
  http,      // GET of `path` over HTTP/1.1; `size` is 0, the bytes of the bodies are counted
  websocket  // a handshake on `path`, then masked messages that come back
};

inline constexpr Protocol all_protocols[] = {Protocol::raw,      Protocol::length4,
                                             Protocol::json_rpc, Protocol::resp,
                                             Protocol::http,     Protocol::websocket};

// As the flag has it.
constexpr const char* name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::raw:
      return "raw";
    case Protocol::length4:
      return "length:4";
    case Protocol::json_rpc:
      return "json-rpc";
    case Protocol::resp:
      return "resp";
    case Protocol::http:
      return "http";
    case Protocol::websocket:
      return "websocket";
  }
  return "";
}

// Memory of the client is bounded by these; limits.hpp refuses what goes past them.
inline constexpr std::size_t max_size = 16U << 20U;                 // bytes of one payload
inline constexpr std::size_t max_bytes_in_flight = 64U << 20U;      // of one connection
inline constexpr std::uint64_t max_messages_in_flight = 1'000'000;  // of all connections
inline constexpr std::uint64_t max_backlog = 1'000'000;  // due and not sent, of all connections
inline constexpr unsigned max_depth = 65'536;
inline constexpr unsigned max_keys = 1'000'000;               // of resp
inline constexpr unsigned max_reads = 1000;                   // of a key
inline constexpr std::size_t max_key_bytes = 64U << 20U;      // of the values of resp
inline constexpr std::size_t max_script_bytes = 256U << 20U;  // of its messages and their answers

inline constexpr double max_rate = 10e6;       // messages a second
inline constexpr unsigned max_idle = 100'000;  // connections

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
  double rate = 0;          // messages a second over all connections; 0: a closed loop
  std::uint64_t churn = 0;  // messages of one connection, then a new one; 0: no end
  unsigned idle = 0;        // further connections that stay silent
  std::string path = "/";   // http and websocket
  bool text = false;        // websocket: messages of text, not binary
  unsigned keys = 1000;     // resp: at least as many as --depth needs
  unsigned reads = 1;       // resp: GETs after each SET
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
  double max_spread = usual_max_spread;  // of the paired ratios, as a share of their median
  bool pin = false;
  std::vector<std::vector<std::string>> commands;  // A, B, C, ...
  bool json = false;
};

inline constexpr const char* all_suites[] = {"quick", "full",    "backends",
                                             "peers", "servers", "cost"};

struct CompareOptions {
  std::string suite;                     // one of all_suites
  unsigned rounds = 0;                   // 0: the suite's own number
  Seconds seconds{0};                    // of a round; 0: the suite's own
  double max_spread = usual_max_spread;  // as in PairOptions
  std::string only;                      // rows whose id contains this
  std::string out;                       // the files' name without .json; empty: weir-bench-SUITE
  bool list = false;                     // the ids, and nothing is measured
  std::string command;  // this program with its arguments, for who wants to repeat it
};

struct ReportOptions {
  std::string file;  // that `compare` wrote
  std::string out;   // empty: the same name with .html
};

struct DiffOptions {
  std::string a;
  std::string b;
  double threshold = 0.03;  // of the median: less is no change
  bool json = false;
};

enum class CostUnit {
  message,
  connection  // opened, a message, closed
};

struct CostOptions {
  LoadOptions load;  // protocol, size, depth and what belongs to them; there is one connection
  CostUnit per = CostUnit::message;
  std::uint64_t messages = 2000;  // or connections: how many are counted
  std::vector<std::vector<std::string>> commands;
  std::string budget;  // a file; then it says all of the above
  bool update = false;
  bool json = false;
};

}  // namespace weir::bench
