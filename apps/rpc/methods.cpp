#include "rpc/methods.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>

#include "rpc/clock.hpp"
#include "rpc/number.hpp"
#include "weir/routing/coroutine.hpp"

namespace weir::rpc {

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t usual_ms = 1000;
constexpr std::int64_t least_interval_ms = 10;
constexpr std::int64_t longest_ms = 3'600'000;

/// Throws a Refusal where it is out of range.
milliseconds checked(std::optional<std::int64_t> ms, std::int64_t least) {
  const std::int64_t value = ms.value_or(usual_ms);
  if (value >= least && value <= longest_ms) return milliseconds(value);
  throw Refusal(Failure{.kind = FailureKind::invalid_arguments,
                        .message = "expected milliseconds from " + std::to_string(least) + " to " +
                                   std::to_string(longest_ms)});
}

boost::asio::awaitable<std::int64_t> slow(std::optional<std::int64_t> ms) {
  const milliseconds time = checked(ms, 0);
  co_await sleep_for(time);
  co_return time.count();
}

void fail(std::optional<std::int64_t> code, const std::optional<std::string>& message) {
  if (code.has_value()) throw Refusal(message.value_or("it fails because it was asked to"), *code);
  throw std::runtime_error("the method 'fail' always fails");
}

}  // namespace

void add_methods(JsonRouter& router, Server& server) {
  router.on("add", named({"a", "b"}, add))
      .on("subtract", named({"a", "b"}, subtract))
      .on("multiply", named({"a", "b"}, multiply))
      .on("divide", named({"a", "b"}, divide))
      .on("echo", [](nlohmann::json params) { return params; })
      .on("time",
          [] {
            return nlohmann::json{{"unix", unix_now()}, {"utc", utc_now()}};
          })
      .on("slow", named({"ms"}, slow))
      .on("fail", named({"code", "message"}, fail));

  const auto ticks = server.session<Ticks>();
  const auto subscribe = [ticks](std::optional<std::int64_t> interval_ms, Context& context) {
    ticks[context.session()].start(context.loop(), checked(interval_ms, least_interval_ms));
    return true;
  };
  router.on("subscribe", named({"interval_ms"}, subscribe))
      .on("unsubscribe", [ticks](const Session& session) { return ticks[session].stop(); });
}

}  // namespace weir::rpc
