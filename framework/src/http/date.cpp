#include "weir/http/date.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "http/bytes.hpp"

namespace weir::http {

namespace {

using std::chrono::sys_days;

constexpr std::int64_t day_seconds = 86'400;
constexpr std::array<std::string_view, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> long_days = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

constexpr std::int64_t seconds_of(int year, unsigned month, unsigned day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return sys_days(date).time_since_epoch().count() * day_seconds;
}
constexpr std::int64_t first = seconds_of(0, 1, 1);
constexpr std::int64_t last = seconds_of(10'000, 1, 1) - 1;

std::chrono::year_month_day day_of(std::int64_t seconds) {
  return sys_days(std::chrono::floor<std::chrono::days>(std::chrono::seconds(seconds)));
}

/// Reads one form from its front to its end.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool skip(std::string_view expected) {
    const bool found = rest_.starts_with(expected);
    if (found) rest_.remove_prefix(expected.size());
    return found;
  }
  template <std::size_t N>
  bool name(const std::array<std::string_view, N>& names, unsigned& index) {
    for (index = 0; index < N; ++index) {
      if (skip(names[index])) return true;
    }
    return false;
  }
  bool number(std::size_t digits, unsigned& value) {
    if (rest_.size() < digits) return false;
    value = 0;
    for (const char digit : rest_.substr(0, digits)) {
      if (!bytes::is_digit(digit)) return false;
      value = value * 10 + static_cast<unsigned>(digit - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

struct Moment {
  unsigned year = 0;
  unsigned month = 0;  // 0 to 11
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
};

bool read_time(Reader& reader, Moment& moment) {
  return reader.number(2, moment.hour) && reader.skip(":") && reader.number(2, moment.minute) &&
         reader.skip(":") && reader.number(2, moment.second);
}

/// Sun, 06 Nov 1994 08:49:37 GMT
bool read_fixed(Reader reader, Moment& moment) {
  unsigned weekday = 0;
  return reader.name(days, weekday) && reader.skip(", ") && reader.number(2, moment.day) &&
         reader.skip(" ") && reader.name(months, moment.month) && reader.skip(" ") &&
         reader.number(4, moment.year) && reader.skip(" ") && read_time(reader, moment) &&
         reader.skip(" GMT") && reader.done();
}

/// Sunday, 06-Nov-94 08:49:37 GMT
bool read_rfc850(Reader reader, Moment& moment) {
  unsigned weekday = 0;
  return reader.name(long_days, weekday) && reader.skip(", ") && reader.number(2, moment.day) &&
         reader.skip("-") && reader.name(months, moment.month) && reader.skip("-") &&
         reader.number(2, moment.year) && reader.skip(" ") && read_time(reader, moment) &&
         reader.skip(" GMT") && reader.done();
}

/// Sun Nov  6 08:49:37 1994
bool read_asctime(Reader reader, Moment& moment) {
  unsigned weekday = 0;
  return reader.name(days, weekday) && reader.skip(" ") && reader.name(months, moment.month) &&
         reader.skip(" ") &&
         (reader.skip(" ") ? reader.number(1, moment.day) : reader.number(2, moment.day)) &&
         reader.skip(" ") && read_time(reader, moment) && reader.skip(" ") &&
         reader.number(4, moment.year) && reader.done();
}

std::optional<std::int64_t> seconds_of(const Moment& moment) {
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(moment.year)),
                                         std::chrono::month(moment.month + 1),
                                         std::chrono::day(moment.day)};
  if (!date.ok() || moment.hour > 23 || moment.minute > 59 || moment.second > 60) {
    return std::nullopt;
  }
  return sys_days(date).time_since_epoch().count() * day_seconds + moment.hour * 3600 +
         moment.minute * 60 + moment.second;
}

}  // namespace

DateBytes format_date(std::int64_t seconds) {
  seconds = std::clamp(seconds, first, last);
  const std::chrono::year_month_day date = day_of(seconds);
  const std::chrono::weekday weekday{sys_days(date)};
  const auto of_day =
      static_cast<unsigned>(seconds - sys_days(date).time_since_epoch().count() * day_seconds);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));

  DateBytes text;
  char* at = text.data();
  const auto put = [&at](std::string_view part) { at = std::copy(part.begin(), part.end(), at); };
  const auto two = [&at](unsigned value) {
    *at++ = static_cast<char>('0' + value / 10 % 10);
    *at++ = static_cast<char>('0' + value % 10);
  };
  put(days[weekday.c_encoding()]);
  put(", ");
  two(static_cast<unsigned>(date.day()));
  put(" ");
  put(months[static_cast<unsigned>(date.month()) - 1]);
  put(" ");
  two(year / 100);
  two(year % 100);
  put(" ");
  two(of_day / 3600);
  put(":");
  two(of_day / 60 % 60);
  put(":");
  two(of_day % 60);
  put(" GMT");
  return text;
}

std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now) {
  Moment moment;
  if (read_fixed(Reader(text), moment) || read_asctime(Reader(text), moment)) {
    return seconds_of(moment);
  }
  if (!read_rfc850(Reader(text), moment)) return std::nullopt;
  const int this_year = static_cast<int>(day_of(std::clamp(now, first, last)).year());
  int year = this_year / 100 * 100 + static_cast<int>(moment.year);
  if (year > this_year + 50) year -= 100;
  if (year <= this_year - 50) year += 100;
  if (year < 0) return std::nullopt;
  moment.year = static_cast<unsigned>(year);
  return seconds_of(moment);
}

}  // namespace weir::http
