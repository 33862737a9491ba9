#include "unit/bench/answering.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <memory>

#include "failure.hpp"

namespace weir::test {
namespace {

/// One call, on a copy that nobody can read past.
bench::Taken take_copy(bench::Answers& answers, std::string_view bytes, std::uint64_t started) {
  const auto block = std::make_unique<char[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), block.get());
  return answers.take({block.get(), bytes.size()}, started);
}

std::vector<std::string_view> single_bytes(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < text.size(); ++i) pieces.push_back(text.substr(i, 1));
  return pieces;
}

}  // namespace

const std::string upgraded =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

bench::LoadOptions shaped(bench::Protocol protocol, std::size_t size, unsigned depth) {
  bench::LoadOptions options;
  options.to = bench::parse_endpoint("tcp://127.0.0.1:7000");
  options.protocol = protocol;
  options.size = size;
  options.depth = depth;
  return options;
}

std::string sent(const bench::Dialect& dialect, std::size_t number) {
  const auto& script = dialect.script();
  const auto message = script.message_after(dialect.first_message(0), number % script.period());
  return {script.at(script.start_of(message)), script.bytes_of(message, 1)};
}

Result take(const bench::Dialect& dialect, std::uint64_t started,
            const std::vector<std::string_view>& pieces) {
  const auto answers = dialect.answers(dialect.first_message(0));
  Result result;
  try {
    if (started > 0 && !answers->is_open()) answers->take(upgraded, 0);
    for (const auto piece : pieces) {
      const auto taken = take_copy(*answers, piece, started);
      result.messages += taken.messages;
      result.payload += taken.payload;
    }
  } catch (const bench::Failure& failure) {
    result.failure = failure.what();
  }
  return result;
}

void expect_answers(const bench::Dialect& dialect, std::string_view answers, unsigned messages,
                    std::size_t payload) {
  const auto check = [&](const std::vector<std::string_view>& pieces) {
    const auto result = take(dialect, messages, pieces);
    BOOST_REQUIRE_EQUAL(result.failure, "");
    BOOST_REQUIRE_EQUAL(result.messages, messages);
    BOOST_REQUIRE_EQUAL(result.payload, payload);
  };
  check({answers});
  check(single_bytes(answers));
  for (std::size_t cut = 0; cut <= answers.size(); ++cut) {
    if (cut > 0 && cut < answers.size()) check({answers.substr(0, cut), answers.substr(cut)});
  }
  const auto more = std::string(answers) + "HTTP";
  BOOST_TEST(take(dialect, messages, {answers, "HTTP"}).failure != "");
  BOOST_TEST(take(dialect, messages, {more}).failure != "");
}

void expect_failure(const bench::Dialect& dialect, std::string_view answers, std::uint64_t started,
                    std::string_view why) {
  for (const auto& pieces : {std::vector{answers}, single_bytes(answers)}) {
    const auto result = take(dialect, started, pieces);
    BOOST_TEST_CONTEXT("said: " << result.failure) {
      BOOST_TEST((result.failure.find(why) != std::string::npos));
    }
  }
}

}  // namespace weir::test
