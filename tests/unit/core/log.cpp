// The log: levels, sinks, the default's line on stderr, and the brake.
#include "weir/core/log.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace weir;

namespace {

using Lines = std::vector<std::string>;

/// A log that keeps "<level> <line>".
Log log_into(const std::shared_ptr<Lines>& lines, LogLevel level = LogLevel::info) {
  return Log(level, [lines](LogLevel at, std::string_view line) {
    lines->push_back(std::string(to_string(at)) + " " + std::string(line));
  });
}

TimePoint after(std::int64_t seconds) {
  return TimePoint(std::chrono::hours(1)) + std::chrono::seconds(seconds);
}

/// What `act` wrote to stderr.
template <class Act>
std::string written_to_stderr(Act act) {
  std::FILE* file = std::tmpfile();
  BOOST_REQUIRE(file != nullptr);
  const int kept = dup(STDERR_FILENO);
  BOOST_REQUIRE(dup2(fileno(file), STDERR_FILENO) == STDERR_FILENO);
  act();
  BOOST_REQUIRE(dup2(kept, STDERR_FILENO) == STDERR_FILENO);
  close(kept);
  std::rewind(file);
  std::string text(1000, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(logging)

BOOST_AUTO_TEST_CASE(every_level_is_written_as_it_is_read) {
  for (const LogLevel level : {LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::warning,
                               LogLevel::error, LogLevel::off}) {
    const Result<LogLevel> parsed = parse_log_level(to_string(level));
    BOOST_REQUIRE(parsed.ok());
    BOOST_TEST((parsed.value() == level));
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_level_names_the_known_ones) {
  for (const std::string text : {"", "INFO", "warn", "info ", "2"}) {
    const Result<LogLevel> parsed = parse_log_level(text);
    BOOST_REQUIRE_MESSAGE(!parsed.ok(), text << " was taken");
    BOOST_TEST(parsed.error().message == "unknown log level '" + text +
                                             "'; expected trace, debug, info, warning, error or "
                                             "off");
  }
  BOOST_TEST(parse_log_level(std::string(100'000, 'x')).error().message.size() < 300U);
}

BOOST_AUTO_TEST_CASE(what_is_below_the_level_is_not_written) {
  const auto lines = std::make_shared<Lines>();
  const Log log = log_into(lines, LogLevel::warning);
  log.write(LogLevel::trace, "a");
  log.write(LogLevel::info, "b");
  log.write(LogLevel::warning, "c");
  log.write(LogLevel::error, "d");
  BOOST_TEST(*lines == (Lines{"warning c", "error d"}), boost::test_tools::per_element());
  BOOST_TEST(!log.enabled(LogLevel::info));
  BOOST_TEST(log.enabled(LogLevel::warning));
}

BOOST_AUTO_TEST_CASE(a_log_that_is_off_writes_nothing) {
  const auto lines = std::make_shared<Lines>();
  log_into(lines, LogLevel::off).write(LogLevel::error, "a");
  BOOST_TEST(lines->empty());
}

BOOST_AUTO_TEST_CASE(copies_share_the_sink_and_keep_it_alive) {
  const auto lines = std::make_shared<Lines>();
  auto first = std::make_unique<Log>(log_into(lines));
  const Log second = *first;
  first->write(LogLevel::info, "a");
  first.reset();
  second.write(LogLevel::info, "b");
  BOOST_TEST(*lines == (Lines{"info a", "info b"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_default_writes_time_level_and_line_to_stderr) {
  const std::string text =
      written_to_stderr([] { Log().write(LogLevel::warning, "low on descriptors"); });
  const std::string tail = "Z warning low on descriptors\n";
  const std::string form = "dddd-dd-ddTdd:dd:dd.ddd";
  BOOST_REQUIRE(text.size() == form.size() + tail.size());
  BOOST_TEST(text.substr(form.size()) == tail);
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    BOOST_TEST((form[i] == 'd' ? digit : text[i] == form[i]), "at " << i << " of " << text);
  }
}

BOOST_AUTO_TEST_CASE(the_default_writes_from_info_on) {
  BOOST_TEST(written_to_stderr([] { Log().write(LogLevel::debug, "a"); }) == "");
  BOOST_TEST(written_to_stderr([] { Log().write(LogLevel::info, "a"); }) != "");
  BOOST_TEST(written_to_stderr([] { Log(LogLevel::off).write(LogLevel::error, "a"); }) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(log_brake)

BOOST_AUTO_TEST_CASE(the_first_line_of_an_interval_is_written_and_the_others_are_counted) {
  const auto lines = std::make_shared<Lines>();
  const Log log = log_into(lines);
  LogBrake brake(std::chrono::seconds(10));
  brake.write(log, LogLevel::warning, after(0), "refused 1");
  brake.write(log, LogLevel::warning, after(0), "refused 2");
  brake.write(log, LogLevel::warning, after(9), "refused 3");
  brake.write(log, LogLevel::warning, after(10), "refused 4");
  brake.write(log, LogLevel::warning, after(20), "refused 5");
  BOOST_TEST(*lines == (Lines{"warning refused 1", "warning refused 4 (and 2 more like it before)",
                              "warning refused 5"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_interval_begins_with_the_line_that_was_written) {
  const auto lines = std::make_shared<Lines>();
  const Log log = log_into(lines);
  LogBrake brake(std::chrono::seconds(10));
  brake.write(log, LogLevel::info, after(0), "a");
  brake.write(log, LogLevel::info, after(100), "b");
  brake.write(log, LogLevel::info, after(109), "c");
  BOOST_TEST(*lines == (Lines{"info a", "info b"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_flood_is_one_line) {
  const auto lines = std::make_shared<Lines>();
  const Log log = log_into(lines);
  LogBrake brake;
  for (int i = 0; i < 100'000; ++i) {
    brake.write(log, LogLevel::error, after(0), "refused");
  }
  brake.write(log, LogLevel::error, after(10), "refused");
  BOOST_TEST(*lines == (Lines{"error refused", "error refused (and 99999 more like it before)"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_brake_writes_nothing_that_the_log_would_not) {
  const auto lines = std::make_shared<Lines>();
  const Log log = log_into(lines, LogLevel::error);
  LogBrake brake;
  brake.write(log, LogLevel::warning, after(0), "a");
  brake.write(log, LogLevel::warning, after(100), "b");
  BOOST_TEST(lines->empty());
}

BOOST_AUTO_TEST_SUITE_END()
