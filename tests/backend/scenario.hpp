// One scenario, every backend: SCENARIO(name) { ... } is a test case of each backend's suite, so
// that ctest shows backend.conformance/select/half_close_gets_the_reply. CORE_SCENARIO is also run
// in every mode of threads, e.g. backend.conformance/select/4_threads/... The body sees `bench`.
//
// Each runs on TCP, on TLS (select/tls/...), on Unix streams (select/unix/..., and under an
// inspector there) and on SOCK_SEQPACKET (select/unixpacket/...), but for what Sockets says:
// SCENARIO(name, Sockets::streams). MESSAGE_SCENARIO(name, schemes) is for sockets that keep the
// boundaries of messages, e.g. select/udp/..., "udp unixgram" or `all_messages`; they run in every
// mode of threads, but for "udp/1", where the kernel would spread the peers over several tables.
#pragma once

#include <boost/test/unit_test.hpp>

#include "backend/bench.hpp"

namespace weir::test {

enum class Modes : unsigned char { one_loop, all };

/// Besides TCP, where all run.
enum class Sockets : unsigned char {
  all,
  streams,  // it cuts a frame somewhere, sends a file, or what is larger than a message
  resets,   // a Unix socket whose peer is gone looks like one whose peer has finished: not there
};

struct Scenario {
  Scenario(const char* name, const char* file, std::size_t line, void (*body)(Bench&), Modes modes,
           Sockets sockets = Sockets::all);
};

struct MessageScenario {
  MessageScenario(const char* name, const char* file, std::size_t line, std::string_view schemes,
                  void (*body)(Bench&));
};

inline constexpr std::string_view all_messages = "udp unixgram unixpacket mq";

}  // namespace weir::test

#define MESSAGE_SCENARIO(name, schemes)                                                            \
  static void name(::weir::test::Bench& bench);                                                    \
  static const ::weir::test::MessageScenario name##_registered(#name, __FILE__, __LINE__, schemes, \
                                                               &name);                             \
  static void name(::weir::test::Bench& bench)

#define WEIR_SCENARIO(name, ...)                                                          \
  static void name(::weir::test::Bench& bench);                                           \
  static const ::weir::test::Scenario name##_registered(#name, __FILE__, __LINE__, &name, \
                                                        __VA_ARGS__);                     \
  static void name(::weir::test::Bench& bench)

#define SCENARIO(name, ...) \
  WEIR_SCENARIO(name, ::weir::test::Modes::one_loop __VA_OPT__(, ) __VA_ARGS__)
#define CORE_SCENARIO(name, ...) \
  WEIR_SCENARIO(name, ::weir::test::Modes::all __VA_OPT__(, ) __VA_ARGS__)
