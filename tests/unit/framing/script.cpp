#include "unit/framing/script.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <random>
#include <stdexcept>
#include <utility>

namespace weir::test {

namespace {

enum class Asks { after_every_read, when_enough_is_there };

constexpr std::size_t short_script = 48;

/// One call, on a copy that nobody can read past. Throws std::logic_error for an answer that the
/// contract of decode() does not allow.
Decoded ask(const Decode& decode, std::string_view input, std::string& payload) {
  const auto block = std::make_unique<char[]>(input.size());
  std::copy(input.begin(), input.end(), block.get());
  Decoded decoded = decode({block.get(), input.size()});
  switch (decoded.kind()) {
    case Decoded::Kind::frame: {
      if (decoded.consumed() == 0 || decoded.consumed() > input.size()) {
        throw std::logic_error("consumed " + std::to_string(decoded.consumed()) + " of " +
                               std::to_string(input.size()));
      }
      const std::string_view view = decoded.payload();
      const std::less_equal<const char*> before;
      const char* end = block.get() + decoded.consumed();
      if (!view.empty() &&
          !(before(block.get(), view.data()) && before(view.data() + view.size(), end))) {
        throw std::logic_error("a payload outside of the bytes that were consumed");
      }
      payload = view;
      break;
    }
    case Decoded::Kind::need_more:
      if (decoded.total() <= input.size()) {
        throw std::logic_error("needs " + std::to_string(decoded.total()) + " when it has " +
                               std::to_string(input.size()));
      }
      break;
    case Decoded::Kind::too_large:
    case Decoded::Kind::malformed:
      if (decoded.mistake().empty()) {
        throw std::logic_error("an error without words");
      }
      break;
  }
  return decoded;
}

Outcome run(const Decode& decode, const std::vector<std::string_view>& reads, Asks asks) {
  Outcome outcome;
  std::size_t needed = 1;
  for (const std::string_view read : reads) {
    outcome.rest += read;
    while (asks == Asks::after_every_read || outcome.rest.size() >= needed) {
      std::string payload;
      const Decoded decoded = ask(decode, outcome.rest, payload);
      if (decoded.kind() == Decoded::Kind::need_more) {
        needed = decoded.total();
        outcome.asked = std::max(outcome.asked, needed);
        break;
      }
      if (decoded.kind() != Decoded::Kind::frame) {
        outcome.end = decoded.kind();
        outcome.mistake = decoded.mistake();
        outcome.rest.clear();
        return outcome;
      }
      outcome.frames.push_back(std::move(payload));
      outcome.rest.erase(0, decoded.consumed());
      needed = 1;
    }
  }
  return outcome;
}

/// What differs, in words; empty when nothing does.
std::string difference(const Outcome& outcome, const Outcome& expected) {
  const auto list = [](const std::vector<std::string>& frames) {
    std::string text = std::to_string(frames.size()) + " frames";
    for (const std::string& frame : frames) {
      text += " [" + describe_input(frame) + ", " + std::to_string(frame.size()) + " bytes]";
    }
    return text;
  };
  const auto named = [](Decoded::Kind kind) { return std::to_string(static_cast<int>(kind)); };
  if (outcome.frames != expected.frames) {
    return list(outcome.frames) + " instead of " + list(expected.frames);
  }
  if (outcome.end != expected.end || outcome.mistake != expected.mistake) {
    return "kind " + named(outcome.end) + " '" + outcome.mistake + "' instead of kind " +
           named(expected.end) + " '" + expected.mistake + "'";
  }
  if (outcome.rest != expected.rest) {
    return std::to_string(outcome.rest.size()) + " bytes left instead of " +
           std::to_string(expected.rest.size());
  }
  return {};
}

std::vector<std::string_view> cut(std::string_view script, std::vector<std::size_t> places) {
  places.push_back(script.size());
  std::vector<std::string_view> reads;
  std::size_t begin = 0;
  for (const std::size_t end : places) {
    reads.push_back(script.substr(begin, end - begin));
    begin = end;
  }
  return reads;
}

std::vector<std::vector<std::string_view>> all_ways(std::string_view script) {
  std::vector<std::vector<std::string_view>> ways{{script}};
  std::vector<std::size_t> everywhere;
  for (std::size_t first = 1; first < script.size(); ++first) {
    everywhere.push_back(first);
    ways.push_back(cut(script, {first}));
    if (script.size() > short_script) {
      continue;
    }
    for (std::size_t second = first + 1; second < script.size(); ++second) {
      ways.push_back(cut(script, {first, second}));
    }
  }
  ways.push_back(cut(script, everywhere));
  return ways;
}

}  // namespace

Outcome detail::run_whole(const NewDecode& new_decode, std::string_view script) {
  return run(new_decode(), {script}, Asks::after_every_read);
}

Outcome detail::expect(const NewDecode& new_decode, std::string_view script,
                       const Outcome& expected) {
  Outcome last;
  std::size_t asked = 0;
  for (const auto& reads : all_ways(script)) {
    for (const Asks asks : {Asks::after_every_read, Asks::when_enough_is_there}) {
      std::string wrong;
      try {
        last = run(new_decode(), reads, asks);
        wrong = difference(last, expected);
      } catch (const std::logic_error& error) {
        wrong = error.what();
      }
      asked = std::max(asked, last.asked);
      if (wrong.empty()) {
        continue;
      }
      // One way is enough to see: the others are usually wrong alike.
      std::string sizes;
      for (const std::string_view read : reads) {
        sizes += " " + std::to_string(read.size());
      }
      BOOST_ERROR(
          wrong << "; in reads of" << sizes.substr(0, 80) << " bytes, asking "
                << (asks == Asks::after_every_read ? "after every read" : "when enough was there"));
      return last;
    }
  }
  BOOST_TEST(true);
  last.asked = asked;
  return last;
}

std::string encode_all(const std::function<Status(std::string_view, Buffer&)>& encode,
                       const std::vector<std::string>& messages) {
  Buffer output;
  for (const std::string& message : messages) {
    const Status status = encode(message, output);
    if (!status.ok()) {
      BOOST_ERROR("refused " << describe_input(message) << ": " << status.error().message);
    }
  }
  return std::string(output.view());
}

std::vector<std::string> random_messages(std::uint32_t seed, std::size_t count, std::size_t longest,
                                         std::string_view alphabet) {
  // The distributions of the standard library differ from one library to the next; this does not.
  std::mt19937 random(seed);
  std::vector<std::string> messages(count);
  for (std::string& message : messages) {
    message.resize(random() % (longest + 1));
    for (char& byte : message) {
      byte = alphabet.empty() ? static_cast<char>(random() & 0xff)
                              : alphabet[random() % alphabet.size()];
    }
  }
  return messages;
}

}  // namespace weir::test
