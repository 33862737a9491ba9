#include "weir/routing/log_layer.hpp"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "core/text.hpp"
#include "weir/io/per_loop.hpp"
#include "weir/routing/context.hpp"

namespace weir {

namespace {

/// Bytes that a line shows of an identity or of a failure's words.
constexpr std::size_t most_words = 200;

class LogLayer final : public Layer {
 public:
  LogLayer(Log to, LogLevel level, LogOptions options)
      : log_(std::move(to)), level_(level), failures_(options.failures) {
    for (auto& brake : brakes_) brake = std::make_unique<LogBrake>(options.brake);
  }

  void call(Context& context, Next next) override {
    static_cast<void>(context.began());
    next(context);
  }

  void settled(Context& context, const Failure* failure, std::uint64_t) override {
    const LogLevel level = failure == nullptr ? level_ : failures_;
    if (!log_.enabled(level)) return;
    std::string& line = lines_.here(context.loop()).text;
    compose(line, context, failure);
    if (failure == nullptr) return log_.write(level, line);
    LogBrake& brake = *brakes_[static_cast<std::size_t>(failure->kind)];
    brake.write(log_, level, context.loop().now(), line);
  }

 private:
  struct Line {
    std::string text;
  };

  static void compose(std::string& line, Context& context, const Failure* failure) {
    line.assign("route '").append(context.route().name).append("' from ");
    line.append(context.session().peer().to_string());
    if (!context.identity().empty()) {
      line.append(" as ").append(text::printable(context.identity().substr(0, most_words)));
    }
    line.append(": ");
    if (failure == nullptr) {
      line.append("answered");
    } else {
      line.append(text::printable(failure->text().substr(0, most_words)));
    }
    const double ticks = static_cast<double>(context.took());
    const auto microseconds = ticks * context.loop().tick_clock().tick_length() / 1000;
    line.append(" in ").append(std::to_string(static_cast<std::uint64_t>(microseconds)));
    line.append(" us");
  }

  const Log log_;
  const LogLevel level_;
  const LogLevel failures_;
  std::array<std::unique_ptr<LogBrake>, failure_kind_count> brakes_;
  PerLoop<Line> lines_;
};

}  // namespace

LayerPtr log(Log to, LogLevel level, LogOptions options) {
  return std::make_shared<LogLayer>(std::move(to), level, options);
}

}  // namespace weir
