// Progress: a bar on a terminal, and nothing anywhere else.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace weir::call {

class Progress {
 public:
  /// Of `total` steps, on standard output.
  explicit Progress(std::size_t total);
  /// Takes the bar away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// How long to wait before it is worth showing more.
  static constexpr std::chrono::milliseconds interval{100};
  void show(std::size_t done);

  /// "[#####.....]  50% 500/1000", at most `width` wide.
  [[nodiscard]] static std::string draw(std::size_t done, std::size_t total, std::size_t width);

 private:
  std::size_t total_;
  bool terminal_;
  bool shown_ = false;
};

}  // namespace weir::call
