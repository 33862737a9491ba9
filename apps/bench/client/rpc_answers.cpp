#include "client/rpc_answers.hpp"

#include <charconv>
#include <cstdint>

#include "failure.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t header = 4;
constexpr std::size_t longest = 4096;  // more than any answer to these calls

std::size_t length_at(std::string_view text) {
  std::size_t length = 0;
  for (const char byte : text.substr(0, header)) {
    length = length << 8U | static_cast<unsigned char>(byte);
  }
  return length;
}

// The number behind `name`, wherever it stands; the answers are flat, and blanks may follow.
std::uint64_t number_of(std::string_view answer, std::string_view name) {
  std::uint64_t number = 0;
  const auto at = answer.find(name);
  if (at == std::string_view::npos) return 0;
  answer.remove_prefix(at + name.size());
  answer.remove_prefix(std::min(answer.find_first_not_of(": "), answer.size()));
  std::from_chars(answer.data(), answer.data() + answer.size(), number);
  return number;
}

}  // namespace

void RpcAnswers::expect(std::size_t position, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    asked_[(position / script_.message_bytes() + i) % asked_.size()] = true;
  }
}

unsigned RpcAnswers::take(std::span<const char> received) {
  std::string_view text{received.data(), received.size()};
  if (!rest_.empty()) text = rest_.append(text);
  unsigned count = 0;
  while (text.size() >= header) {
    const auto length = length_at(text);
    if (length > longest) throw Failure("an answer of " + std::to_string(length) + " bytes");
    if (text.size() - header < length) break;
    check(text.substr(header, length));
    text.remove_prefix(header + length);
    ++count;
  }
  rest_ = std::string{text};
  return count;
}

void RpcAnswers::check(std::string_view answer) {
  const auto id = number_of(answer, "\"id\"");
  const auto place = id - Script::first_id;
  if (place >= asked_.size() || !asked_[place]) {
    throw Failure("an answer that nothing waits for: " + std::string{answer});
  }
  if (number_of(answer, "\"result\"") != Script::result_of(id)) {
    throw Failure("a wrong answer: " + std::string{answer});
  }
  asked_[place] = false;
}

}  // namespace weir::bench
