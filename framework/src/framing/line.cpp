#include "weir/framing/line.hpp"

#include "framing/words.hpp"

namespace weir {

Decoded LineFraming::without_end(std::string_view window) {
  const std::size_t max = limit_.max();
  // One byte over the limit may still be the CR of a line that just fits.
  const bool may_fit = window.size() <= max || (window.size() == max + 1 && window.back() == '\r');
  scanned_ = may_fit ? window.size() : 0;
  return may_fit ? Decoded::need(window.size() + 1) : Decoded::endless(max);
}

Status LineFraming::refuse(std::string_view message) const {
  if (message.size() > limit_.max()) {
    return framing_words::over_limit(message.size(), limit_.max());
  }
  const std::size_t end = message.find('\n');
  if (end == std::string_view::npos) {
    return Error{"message ends with CR, which would be read as part of the line's end"};
  }
  return Error{"message holds LF at byte " + std::to_string(end) + ", which would end the line"};
}

}  // namespace weir
