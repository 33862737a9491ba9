// Figures as the page writes them: three digits, and a unit that keeps the number small.
#pragma once

#include <array>
#include <string>

#include "compare/comparison.hpp"

namespace weir::bench::html {

std::string digits(double value);                               // "5.41", "54.1", "12,345"
std::string time_words(double nanoseconds);                     // "5.41 µs"
std::string figure_words(Figure figure, double value);          // "5.41 µs", "1.2 KiB", "2.02"
std::string ratio_words(double ratio);                          // "1.06×"
std::string beside_words(std::string_view name, double value);  // by what the name ends with

// For an axis: no digit more than it takes. "5 µs", "2 KiB", "1,000".
std::string tick_words(double value);
std::string time_tick(double nanoseconds);
std::string figure_tick(Figure figure, double value);

std::string unit_words(const Row& row);   // "CPU per message"
std::string place_words(const Row& row);  // "Ping-pong of 64 B, 64 connections"
std::string shortened(const std::string& text, std::size_t most);  // characters, the last one "…"

// The percents of a latency that have a name. time_at() answers within which time so many answers
// came, in nanoseconds; negative where the curve does not say.
inline constexpr std::array named_percents = {50.0, 90.0, 99.0, 99.9, 99.99, 100.0};
double time_at(const Entry& entry, double percent);

bool is_weir(const Entry& entry);
bool is_floor(const Entry& entry);
std::string name_words(const Entry& entry);  // "C epoll (floor)"
bool is_base(const Row& row, const Entry& entry);
bool has_result(const Entry& entry);  // measured, and not in doubt

}  // namespace weir::bench::html
