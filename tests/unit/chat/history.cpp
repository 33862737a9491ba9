// The file of what was said: read again, cut, written anew, and a disk that is full.
#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fstream>
#include <future>
#include <iterator>

#include "chat/history_file.hpp"
#include "chat/history_writer.hpp"
#include "chat/packet.hpp"
#include "support/temporary_file.hpp"

using namespace weir::chat;
using weir::test::TemporaryFile;

namespace {

Message message(int number, const std::string& text = "text") {
  return {.seq = static_cast<std::uint64_t>(number),
          .id = "message-" + std::to_string(number),
          .room = "lobby",
          .nick = "anna",
          .text = text,
          .at = number};
}

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

HistoryFile open(const TemporaryFile& file, const Limits& limits) {
  return HistoryFile::open(file.path(), limits).take();
}

weir::Log no_log() { return weir::Log(weir::LogLevel::off); }

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_written_is_read_again_under_the_same_name) {
  const Limits limits;
  const TemporaryFile file("");
  std::string log;
  {
    HistoryFile history = open(file, limits);
    log = history.log();
    BOOST_TEST(history.append(encode_line(message(1, "grüße \"\\\n🌊")) + "\n").ok());
    BOOST_TEST(history.append(encode_line(message(2)) + "\n").ok());
  }
  HistoryFile history = open(file, limits);
  BOOST_TEST(history.log() == log);
  const auto messages = history.take_messages();
  BOOST_TEST(messages.size() == 2U);
  BOOST_TEST((messages.at(0) == message(1, "grüße \"\\\n🌊")));
  BOOST_TEST(messages.at(1).seq == 2U);
}

BOOST_AUTO_TEST_CASE(a_torn_last_line_is_cut_off_wherever_it_was_torn) {
  const Limits limits;
  std::string whole;
  {
    const TemporaryFile file("");
    HistoryFile history = open(file, limits);
    BOOST_TEST(history.append(encode_line(message(1)) + "\n").ok());
    whole = content_of(file.path());
  }
  const std::string next = encode_line(message(2)) + "\n";
  for (std::size_t size = 0; size < next.size(); ++size) {
    const TemporaryFile file(whole + next.substr(0, size));
    HistoryFile history = open(file, limits);
    BOOST_TEST(history.cut_bytes() == size);
    BOOST_TEST(history.take_messages().size() == 1U);
    BOOST_TEST(history.append(next).ok());
    BOOST_TEST(content_of(file.path()) == whole + next);
  }
}

BOOST_AUTO_TEST_CASE(lines_that_are_no_messages_are_skipped_and_another_file_is_refused) {
  const Limits limits;
  const TemporaryFile file("{\"weir-chat\":1,\"log\":\"a-log-of-mine\"}\nnonsense\n" +
                           encode_line(message(1)) + "\n" + std::string(100'000, 'x') + "\n" +
                           encode_line(message(2)) + "\n");
  HistoryFile history = open(file, limits);
  BOOST_TEST(history.log() == "a-log-of-mine");
  BOOST_TEST(history.skipped_lines() == 2U);
  BOOST_TEST(history.take_messages().size() == 2U);
  BOOST_TEST(!HistoryFile::open(file.path(), limits).ok());  // locked
  for (const char* text : {"Dear diary,\n", "Dear diary", "{", "{\"log\":\"my own\"}"}) {
    const bool torn = std::string_view(text) == "{";
    const TemporaryFile letter(text);
    BOOST_TEST(HistoryFile::open(letter.path(), limits).ok() == torn, text);
    if (!torn) BOOST_TEST(content_of(letter.path()) == text);
  }
}

BOOST_AUTO_TEST_CASE(a_first_line_that_was_torn_is_begun_anew) {
  const Limits limits;
  std::string whole;
  {
    const TemporaryFile file("");
    const HistoryFile history = open(file, limits);
    whole = content_of(file.path());
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const TemporaryFile file(whole.substr(0, size));
    HistoryFile history = open(file, limits);
    BOOST_TEST(history.cut_bytes() == size);
    BOOST_TEST(content_of(file.path()).size() == whole.size());
  }
}

BOOST_AUTO_TEST_CASE(a_long_file_is_written_anew_with_what_the_rooms_keep) {
  Limits limits;
  limits.history_messages = 10;
  const TemporaryFile file("");
  std::string log;
  int number = 0;
  {
    HistoryFile history = open(file, limits);
    log = history.log();
    while (!history.is_long()) {
      BOOST_TEST(history.append(encode_line(message(++number, std::string(500, 'x'))) + "\n").ok());
    }
    BOOST_TEST(number > 100);
    BOOST_TEST(history.compact().ok());
    BOOST_TEST(!history.is_long());
    BOOST_TEST(!HistoryFile::open(file.path(), limits).ok());  // the new one is locked as well
    BOOST_TEST(history.append(encode_line(message(++number)) + "\n").ok());
    BOOST_TEST(content_of(file.path()).size() == history.size());
  }
  HistoryFile history = open(file, limits);
  BOOST_TEST(history.log() == log);
  const auto messages = history.take_messages();
  BOOST_TEST(messages.size() == 10U);
  BOOST_TEST(messages.back().seq == static_cast<std::uint64_t>(number));
}

BOOST_AUTO_TEST_CASE(the_writer_writes_all_in_order_and_the_file_stays_bounded) {
  Limits limits;
  limits.history_messages = 20;
  const TemporaryFile file("");
  {
    HistoryWriter writer(open(file, limits), no_log(), [](const std::string&) {});
    for (int number = 1; number <= 2000; ++number) {
      writer.add(message(number, std::string(300, 'x')));
    }
  }
  const auto messages = open(file, limits).take_messages();
  BOOST_TEST(messages.size() == 20U);
  BOOST_TEST(messages.front().seq == 1981U);
  BOOST_TEST(messages.back().seq == 2000U);
}

BOOST_AUTO_TEST_CASE(when_the_disk_is_full_it_is_told_once_and_nothing_is_lost_when_it_is_not) {
  const Limits limits;
  const TemporaryFile file("");
  std::promise<std::string> ill;
  std::promise<void> well;
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  {
    HistoryWriter writer(open(file, limits), no_log(), [&](const std::string& why) {
      if (why.empty()) {
        well.set_value();
      } else {
        ill.set_value(why);  // throws, if told twice
      }
    });
    rlimit full = before;
    full.rlim_cur = 300;  // in the middle of a line
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
    for (int number = 1; number <= 5; ++number) writer.add(message(number));
    const std::string why = ill.get_future().get();
    BOOST_TEST(why.find(file.path()) != std::string::npos);
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    writer.retry();
    well.get_future().get();
    BOOST_TEST(writer.dropped() == 0U);
  }
  const auto messages = open(file, limits).take_messages();
  BOOST_TEST(messages.size() == 5U);
}
