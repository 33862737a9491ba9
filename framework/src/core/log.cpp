#include "weir/core/log.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>

#include "core/text.hpp"

namespace weir {

namespace {

constexpr std::array<std::string_view, 6> level_names{"trace",   "debug", "info",
                                                      "warning", "error", "off"};

void write_to_stderr(LogLevel level, std::string_view line) {
  std::timespec now{};
  std::timespec_get(&now, TIME_UTC);
  std::tm parts{};
  gmtime_r(&now.tv_sec, &parts);
  char stamp[40] = "";
  const std::size_t length = std::strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &parts);
  std::string text(stamp, length);
  char fraction[32] = "";
  std::snprintf(fraction, sizeof fraction, ".%03ldZ ", now.tv_nsec / 1'000'000);
  text.append(fraction).append(to_string(level)).append(" ").append(line).append("\n");
  // One write, so that lines of several threads do not mix. Nobody could be told of a failure.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

std::string_view to_string(LogLevel level) { return level_names[static_cast<std::size_t>(level)]; }

Result<LogLevel> parse_log_level(std::string_view text) {
  for (std::size_t i = 0; i < level_names.size(); ++i) {
    if (level_names[i] == text) return static_cast<LogLevel>(i);
  }
  return Error{"unknown log level '" + text::printable(text) +
               "'; expected trace, debug, info, warning, error or off"};
}

Log::Log() : Log(LogLevel::info) {}

Log::Log(LogLevel level) : Log(level, Sink(write_to_stderr)) {}

// Not make_shared: an aggregate in parentheses is beyond some compilers.
Log::Log(LogLevel level, Sink sink) : shared_(new Shared{{level}, std::move(sink)}) {}

void Log::write(LogLevel level, std::string_view line) const {
  if (enabled(level) && level != LogLevel::off) shared_->sink(level, line);
}

void LogBrake::write(const Log& log, LogLevel level, TimePoint now, std::string_view line) {
  TimePoint next = next_.load();
  // Of several that come at once when the time is up, one writes.
  if (now < next || !next_.compare_exchange_strong(next, now + interval_)) {
    held_back_.fetch_add(1);
    return;
  }
  if (!log.enabled(level)) return;
  const std::uint64_t held_back = held_back_.exchange(0);
  if (held_back == 0) return log.write(level, line);
  std::string longer(line);
  longer.append(" (and ").append(std::to_string(held_back)).append(" more like it before)");
  log.write(level, longer);
}

}  // namespace weir
