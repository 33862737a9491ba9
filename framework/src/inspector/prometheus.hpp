// What a server's figures are as Prometheus reads them. Layer: inspector, private.
// Its text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inspector/reading.hpp"
#include "weir/inspector/figure.hpp"

namespace weir::inspect {

class MetricsText {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  /// The two lines before the samples of one metric; `type` is "counter", "gauge" or "histogram".
  MetricsText& metric(std::string_view name, std::string_view type, std::string_view help);
  /// One sample of the metric that was begun last, whose name has `suffix` behind it.
  MetricsText& sample(double value, const Labels& labels = {}, std::string_view suffix = {});

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string name_;
};

/// What does not change while a server runs.
struct Facts {
  std::string name;
  std::string backend;
  std::string threads;
};

[[nodiscard]] std::string metrics_text(const Reading& reading, const Facts& facts,
                                       std::uint64_t stalls, const std::vector<Figure>& figures);

}  // namespace weir::inspect
