#include "compare/figure_text.hpp"

#include <cmath>

#include "text.hpp"

namespace weir::bench {
namespace {

// Of many the whole number is enough; of few the hundredths are the news.
std::string count_text(double value) {
  constexpr double many = 100;
  return std::abs(value) < many ? fixed(value, 2) : grouped(value);
}

}  // namespace

std::string figure_text(Figure figure, double value) {
  switch (figure) {
    case Figure::cpu:
      // To the nanosecond: they are what is compared.
      return value < 1e6 ? grouped(value) + " ns" : duration(value);
    case Figure::memory:
    case Figure::binary_size:
      return bytes(value);
    case Figure::compile_time:
      return fixed(value, 2) + " s";
    case Figure::instructions:
    case Figure::system_calls:
    case Figure::allocations:
      return count_text(value);
  }
  return {};
}

std::string unit_text(Figure figure) {
  switch (figure) {
    case Figure::cpu:
      return "CPU";
    case Figure::memory:
      return "user memory";
    case Figure::instructions:
      return "instructions";
    case Figure::system_calls:
      return "system calls";
    case Figure::allocations:
      return "allocations";
    case Figure::compile_time:
      return "CPU of the compiler";
    case Figure::binary_size:
      return "size of the program";
  }
  return {};
}

}  // namespace weir::bench
