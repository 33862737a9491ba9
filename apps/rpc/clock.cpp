#include "rpc/clock.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace weir::rpc {

namespace {

std::chrono::milliseconds since_1970() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

}  // namespace

std::string utc_now() {
  const auto now = since_1970();
  const std::time_t seconds = now.count() / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%FT%T", &parts);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(now.count() % 1000));
  return std::string(text.data(), length) + fraction.data();
}

double unix_now() { return static_cast<double>(since_1970().count()) / 1000; }

}  // namespace weir::rpc
