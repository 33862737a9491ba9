// Log: where the framework says what happened, and a brake for what happens too often.
// Layer: core. A program hands its own sink to the server; the default writes to stderr.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "weir/core/error.hpp"
#include "weir/core/task.hpp"
#include "weir/core/time.hpp"

namespace weir {

enum class LogLevel : std::uint8_t { trace, debug, info, warning, error, off };

[[nodiscard]] std::string_view to_string(LogLevel level);
/// "trace", "debug", "info", "warning", "error" or "off".
[[nodiscard]] Result<LogLevel> parse_log_level(std::string_view text);

/// A level and a sink; cheap to copy, all copies share both. Calls may come from any thread at
/// once: the sink must be thread-safe. It gets one line without a newline.
class Log {
 public:
  using Sink = UniqueFunction<void(LogLevel, std::string_view)>;

  /// Writes "<UTC time> <level> <line>" to stderr, one write a line.
  Log();
  explicit Log(LogLevel level);
  Log(LogLevel level, Sink sink);

  [[nodiscard]] LogLevel level() const { return shared_->level.load(std::memory_order_relaxed); }
  /// Of all copies, from now on.
  void set_level(LogLevel level) const { shared_->level.store(level, std::memory_order_relaxed); }
  [[nodiscard]] bool enabled(LogLevel line_level) const { return line_level >= level(); }
  /// Compose `line` only when enabled(level).
  void write(LogLevel level, std::string_view line) const;

 private:
  struct Shared {
    std::atomic<LogLevel> level;
    Sink sink;
  };

  std::shared_ptr<Shared> shared_;
};

/// Lets the first line of an interval through and counts the others, so that an attack cannot
/// fill the disk. One for each kind of line; may be shared by threads.
class LogBrake {
 public:
  LogBrake() = default;
  explicit LogBrake(Duration interval) : interval_(interval) {}

  /// Writes the line, with " (and N more like it before)" for what was held back before it; or
  /// counts it.
  void write(const Log& log, LogLevel level, TimePoint now, std::string_view line);

 private:
  Duration interval_ = std::chrono::seconds(10);
  std::atomic<TimePoint> next_{TimePoint{}};
  std::atomic<std::uint64_t> held_back_{0};
};

}  // namespace weir
