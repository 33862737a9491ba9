// Scale: values to places along one axis, logarithmic or linear, and where its few lines go.
#pragma once

#include <vector>

namespace weir::bench::html {

class Scale {
 public:
  // `low` < `high`; a logarithmic scale takes positive values only. `from` and `to` are places.
  static Scale logarithmic(double low, double high, double from, double to);
  static Scale linear(double low, double high, double from, double to);
  // Logarithmic where all of `values` are positive, else linear from 0, with room at both ends.
  static Scale around(const std::vector<double>& values, double from, double to);

  double operator()(double value) const;  // never outside from..to

  // Round values inside, ascending: 1 2 5 of each power of ten, fewer or more as there is room.
  std::vector<double> ticks() const;
  std::vector<double> binary_ticks() const;  // powers of two: for bytes

 private:
  Scale(double low, double high, double from, double to, bool is_log);

  double low_;
  double high_;
  double from_;
  double to_;
  bool is_log_;
};

}  // namespace weir::bench::html
