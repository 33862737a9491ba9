#include "call/options.hpp"

#include <vector>

#include "common/choices.hpp"
#include "common/flags.hpp"
#include "common/output.hpp"
#include "common/values.hpp"
#include "weir/core/endpoint.hpp"
#include "weir/core/version.hpp"
#include "weir/framing/json.hpp"

namespace weir::call {

namespace {

constexpr std::uint64_t most_calls = 1'000'000'000;
constexpr std::uint64_t most_in_flight = 10'000;

Status take_params(std::string_view text, nlohmann::json& params) {
  auto parsed = parse_json(text);
  if (!parsed.ok()) return parsed.error();
  if (!parsed.value().is_structured()) {
    return Error{"params are a JSON array or object, such as '[1,2]'"};
  }
  params = parsed.take();
  return {};
}

Status take_count(std::string_view text, std::uint64_t most, std::size_t& count) {
  const auto number = app::parse_number(text, 1, most);
  if (!number.ok()) return number.error();
  count = number.value();
  return {};
}

std::vector<app::Positional> positionals(Options& options) {
  std::vector<app::Positional> list;
  list.push_back({"ENDPOINT", "the server, such as tcp://127.0.0.1:7001", true,
                  [&options](std::string_view text) -> Status {
                    const auto endpoint = Endpoint::parse(text);
                    if (!endpoint.ok()) return endpoint.error();
                    options.endpoint = text;
                    return {};
                  }});
  list.push_back({"METHOD", "what to call; only with --watch it may be left out", false,
                  [&options](std::string_view text) -> Status {
                    options.method = text;
                    return {};
                  }});
  list.push_back({"PARAMS", "a JSON array or object", false,
                  [&options](std::string_view text) { return take_params(text, options.params); }});
  return list;
}

std::vector<app::Flag> flags(Options& options) {
  std::vector<app::Flag> list;
  list.push_back(app::framing_flag(options.framing, "length:4, lines, headers, ...", "length:4"));
  list.push_back({"--timeout", "TIME", "for a connection, and for the answer of each call", "10s",
                  [&options](std::string_view text) -> Status {
                    const auto time = app::parse_duration(text);
                    if (!time.ok()) return time.error();
                    if (time.value() == Duration::zero()) return Error{"expected more than 0"};
                    options.timeout = time.value();
                    return {};
                  }});
  list.push_back({"--repeat", "N", "calls, or notifications with --watch; 0 watches for ever", "",
                  [&options](std::string_view text) -> Status {
                    if (text.empty() || text == "0") {
                      options.repeat = 0;
                      return {};
                    }
                    return take_count(text, most_calls, options.repeat);
                  }});
  list.push_back(
      {"--in-flight", "M", "calls at once, with --repeat", "1", [&options](std::string_view text) {
         return take_count(text, most_in_flight, options.in_flight);
       }});
  list.push_back({"--watch", "METHOD", "print the params of these notifications, after the call",
                  "", [&options](std::string_view text) -> Status {
                    options.watch = text;
                    return {};
                  }});
  list.push_back({"--backend", "NAME", "asio, select, poll, epoll or spin", "asio",
                  [&options](std::string_view text) -> Status {
                    auto backend = app::parse_backend(text);
                    if (!backend.ok()) return backend.error();
                    options.backend = backend.take();
                    return {};
                  }});
  for (app::Flag& flag : options.tls_flags.flags()) list.push_back(std::move(flag));
  return list;
}

}  // namespace

std::optional<int> parse_options(Options& options, int argc, const char* const* argv) {
  const app::ProgramText text{
      "weir-call", std::string(version()),
      "Calls a method of a JSON-RPC 2.0 server and prints the result.\n"
      "Exits with 0, with 2 for wrong arguments, 3 when the server answered an error,\n"
      "4 without a connection in time, 5 without an answer.",
      "weir-call tcp://127.0.0.1:7001 add '[1,2]'"};
  auto known = flags(options);
  if (const auto status = app::parse_flags(text, {known, positionals(options)}, argc, argv)) {
    return status;
  }
  if (options.method.empty() && options.watch.empty()) {
    app::complain(text.name, "METHOD is missing: expected ENDPOINT METHOD [PARAMS], see --help");
    return Exit::wrong_usage;
  }
  if (options.in_flight != 1 && (options.repeat == 0 || !options.watch.empty())) {
    app::complain(text.name, "--in-flight is for calls with --repeat");
    return Exit::wrong_usage;
  }
  auto tls = options.tls_flags.filter(options.endpoint);
  if (!tls.ok()) {
    app::complain(text.name, tls.error().message);
    return Exit::wrong_usage;
  }
  options.tls = tls.take();
  return std::nullopt;
}

}  // namespace weir::call
