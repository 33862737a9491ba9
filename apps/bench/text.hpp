// Numbers as people read them, and lines and columns to put them in.
#pragma once

#include <cstdint>
#include <string>

namespace weir::bench {

std::string fixed(double value, int digits);            // 1.50
std::string percent(double share, int digits = 0);      // 3%
std::string grouped(double value);                      // 1,234,567
std::string plural(std::uint64_t n, const char* word);  // 1 thread, 2 threads
std::string bytes(double count);                        // 1.5 KiB
std::string duration(double nanoseconds);               // 1.50 ms
std::string right(const std::string& text, std::size_t width);
std::string line(const std::string& name, const std::string& rest);  // a name, a column, a rest

}  // namespace weir::bench
