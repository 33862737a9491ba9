#include "weir/framing/delimiter.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/text.hpp"
#include "framing/words.hpp"

namespace weir {

using text::quoted;

DelimiterFraming::DelimiterFraming(std::string_view delimiter, DelimiterOptions options)
    : delimiter_(delimiter), limit_(options.max) {
  if (delimiter.empty()) {
    throw std::invalid_argument("weir::delimiter: the delimiter is empty, it takes a byte or more");
  }
}

Decoded DelimiterFraming::decode(std::string_view input) {
  // The longest message and its delimiter: what lies behind cannot make the message shorter.
  const std::string_view window = input.substr(0, limit_.max() + delimiter_.size());
  const std::size_t end = window.find(delimiter_, scanned_);
  if (end != std::string_view::npos) {
    scanned_ = 0;
    return Decoded::frame(window.substr(0, end), end + delimiter_.size());
  }
  if (window.size() == limit_.max() + delimiter_.size()) {
    scanned_ = 0;
    return Decoded::endless(limit_.max());
  }
  if (window.size() < delimiter_.size()) return Decoded::need(delimiter_.size());
  scanned_ = window.size() - (delimiter_.size() - 1);
  return Decoded::need(window.size() + 1);
}

Status DelimiterFraming::encode(std::string_view message, Buffer& output) const {
  if (message.size() > limit_.max()) {
    return framing_words::over_limit(message.size(), limit_.max());
  }
  if (const std::size_t at = message.find(delimiter_); at != std::string_view::npos) {
    return Error{"message holds the delimiter " + quoted(delimiter_, 16) + " at byte " +
                 std::to_string(at) + ", which would end it"};
  }
  // An end of the message that is a beginning of the delimiter ends it early when the rest of that
  // delimiter is where the real one begins.
  const std::string_view delimiter = delimiter_;
  for (std::size_t shared = std::min(message.size(), delimiter.size() - 1); shared > 0; --shared) {
    if (message.ends_with(delimiter.substr(0, shared)) &&
        delimiter.starts_with(delimiter.substr(shared))) {
      return Error{"message ends with " + quoted(delimiter.substr(0, shared), 16) +
                   ", which would be read as the first bytes of the delimiter " +
                   quoted(delimiter, 16)};
    }
  }
  output.append(message);
  output.append(delimiter);
  return {};
}

}  // namespace weir
