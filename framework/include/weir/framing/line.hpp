// lines: one message a line, as in most protocols a person can type. Layer: framing.
//
//     GET key CR LF          the payload is "GET key"
//     GET key LF             the same
//     a CR b LF              a CR anywhere else is data: "a\rb"
#pragma once

#include <cstddef>
#include <string_view>

#include "weir/framing/framing.hpp"
#include "weir/framing/limit.hpp"

namespace weir {

struct LineOptions {
  /// Bytes of a line without its end; 0 is the server's limit.
  std::size_t max = 0;
  /// End what is sent with CRLF. Either end is understood in what comes in.
  bool crlf = false;
};

class LineFraming {
 public:
  explicit LineFraming(LineOptions options) : limit_(options.max), crlf_(options.crlf) {}

  void set_default_max(std::size_t max) { limit_.set_default(max); }

  /// A line that has not ended within the limit is too large, whatever would follow. Looks at no
  /// byte twice.
  [[nodiscard]] Decoded decode(std::string_view input) {
    // The longest line and its CRLF: what lies behind cannot make the line shorter.
    const std::string_view window = input.substr(0, limit_.max() + 2);
    const std::size_t end = window.find('\n', scanned_);
    if (end == std::string_view::npos) return without_end(window);
    scanned_ = 0;
    const std::size_t size = end != 0 && window[end - 1] == '\r' ? end - 1 : end;
    if (size > limit_.max()) return Decoded::endless(limit_.max());
    return Decoded::frame(window.substr(0, size), end + 1);
  }

  /// Refuses what would be read as something else: an LF inside, a CR at the end, a line over the
  /// limit.
  Status encode(std::string_view message, Buffer& output) const {
    if (message.size() > limit_.max() || message.ends_with('\r') ||
        message.find('\n') != std::string_view::npos) {
      return refuse(message);
    }
    output.append(message);
    if (crlf_) output.push_back('\r');
    output.push_back('\n');
    return {};
  }

 private:
  Decoded without_end(std::string_view window);
  Status refuse(std::string_view message) const;

  FrameLimit limit_;
  std::size_t scanned_ = 0;  // so many bytes hold no LF
  bool crlf_;
};

[[nodiscard]] inline LineFraming lines(LineOptions options = {}) { return LineFraming(options); }

}  // namespace weir
