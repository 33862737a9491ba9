// What weir-call is asked for on its command line.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "common/choices.hpp"
#include "common/tls_flags.hpp"
#include "weir/core/time.hpp"
#include "weir/framing/length_prefix.hpp"

namespace weir::call {

/// Exit statuses; scripts rely on them.
enum Exit : int {
  success = 0,
  wrong_usage = 2,
  rpc_error = 3,      // the server answered with an error
  no_connection = 4,  // none within the deadline
  no_answer = 5,      // there was a connection, but no answer that means anything
};

struct Options {
  std::string endpoint;
  std::string method;  // empty: only watch
  nlohmann::json params = nullptr;
  app::FramingChoice framing{length_prefix(4)};
  std::string backend;
  app::TlsClientFlags tls_flags{};
  TransportFilterPtr tls{};  // for tls:// alone
  Duration timeout{};        // until a connection; and of each call
  std::size_t repeat = 1;
  std::size_t in_flight = 1;
  std::string watch;  // the notification to print; empty: none
};

/// Answers nothing when the program is to go on, else its exit status.
[[nodiscard]] std::optional<int> parse_options(Options& options, int argc, const char* const* argv);

}  // namespace weir::call
