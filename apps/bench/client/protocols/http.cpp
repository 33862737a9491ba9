// http: GET of one path over HTTP/1.1 (RFC 9112), as many at once on a connection as the depth
// says. An answer is 200, with a Content-Length or chunked, and leaves the connection open. The
// bytes of its body are counted, not compared: the client does not know them.
#include <algorithm>
#include <charconv>
#include <string>

#include "client/http_head.hpp"
#include "client/protocols/protocols.hpp"
#include "client/rest.hpp"
#include "failure.hpp"

namespace weir::bench {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t longest_line = 4096;  // of a chunk's size with its extensions, or a trailer

[[noreturn]] void fail_with_head(const std::string& what, std::string_view head) {
  throw Failure(what + ": " + std::string(head.substr(0, head.find('\r'))));
}

// A line without its end; nothing when it has not all come.
std::optional<std::string_view> line_of(std::string_view text) {
  const auto end = text.substr(0, longest_line).find(line_end);
  if (end != std::string_view::npos) return text.substr(0, end);
  if (text.size() >= longest_line) throw Failure("a line of a chunked body has no end");
  return std::nullopt;
}

//   head -> length bytes of body -> head
//        -> chunk's size -> chunk's bytes -> its line end -> chunk's size ... -> trailers -> head
class HttpAnswers : public Answers {
 public:
  Taken take(std::span<const char> received, std::uint64_t started) override {
    Taken taken;
    rest_.take(received, [&](std::string_view& text) { return step(text, started, taken); });
    return taken;
  }

 private:
  enum class State { head, body, chunk_size, chunk, chunk_end, trailer };

  // Takes one part off the front; false when it has not all come.
  bool step(std::string_view& text, std::uint64_t started, Taken& taken) {
    switch (state_) {
      case State::head:
        return take_head(text, started, taken);
      case State::body:
      case State::chunk:
        return take_bytes(text, taken);
      case State::chunk_size:
        return take_chunk_size(text);
      case State::chunk_end:
        return take_chunk_end(text);
      case State::trailer:
        return take_trailer(text, taken);
    }
    return false;
  }

  // Nearly always the head is the one of the answer before.
  bool take_head(std::string_view& text, std::uint64_t started, Taken& taken) {
    if (answered_ == started) throw Failure("the server sent more than it was asked for");
    if (known_head_.empty() || !text.starts_with(known_head_)) {
      const auto size = http_head_size(text);
      if (!size) return false;
      read_head(text.substr(0, *size));
      known_head_.assign(text.substr(0, *size));
    }
    text.remove_prefix(known_head_.size());
    state_ = chunked_ ? State::chunk_size : State::body;
    left_ = length_;
    if (!chunked_ && left_ == 0) complete(taken);
    return true;
  }

  void read_head(std::string_view head) {
    if (http_status(head) != 200) fail_with_head("an answer that is not 200", head);
    if (const auto connection = http_field(head, "Connection");
        connection && equals_ignoring_case(*connection, "close")) {
      fail_with_head("the server ends the connection with this answer (Connection: close)", head);
    }
    const auto encoding = http_field(head, "Transfer-Encoding");
    const auto length = http_field(head, "Content-Length");
    chunked_ = encoding.has_value();
    length_ = 0;
    if (chunked_ && !equals_ignoring_case(*encoding, "chunked")) {
      fail_with_head("an answer with another Transfer-Encoding than chunked", head);
    }
    if (chunked_ == length.has_value()) {
      fail_with_head(chunked_ ? "an answer both chunked and with a Content-Length"
                              : "an answer neither chunked nor with a Content-Length",
                     head);
    }
    if (length) {
      const auto* end = length->data() + length->size();
      const auto parsed = std::from_chars(length->data(), end, length_);
      if (parsed.ec != std::errc{} || parsed.ptr != end) {
        fail_with_head("an answer whose Content-Length is no number", head);
      }
    }
  }

  bool take_bytes(std::string_view& text, Taken& taken) {
    const auto size = std::min<std::uint64_t>(left_, text.size());
    text.remove_prefix(size);
    left_ -= size;
    taken.payload += size;
    if (left_ > 0) return false;
    if (state_ == State::body) complete(taken);
    if (state_ == State::chunk) state_ = State::chunk_end;
    return true;
  }

  bool take_chunk_size(std::string_view& text) {
    const auto line = line_of(text);
    if (!line) return false;
    const auto parsed = std::from_chars(line->data(), line->data() + line->size(), left_, 16);
    const auto digits = static_cast<std::size_t>(parsed.ptr - line->data());
    if (parsed.ec != std::errc{} || (digits < line->size() && (*line)[digits] != ';')) {
      throw Failure("a chunk without a size");
    }
    text.remove_prefix(line->size() + line_end.size());
    state_ = left_ > 0 ? State::chunk : State::trailer;
    return true;
  }

  bool take_chunk_end(std::string_view& text) {
    if (text.size() < line_end.size()) return false;
    if (!text.starts_with(line_end)) throw Failure("a chunk is longer than its size");
    text.remove_prefix(line_end.size());
    state_ = State::chunk_size;
    return true;
  }

  bool take_trailer(std::string_view& text, Taken& taken) {
    const auto line = line_of(text);
    if (!line) return false;
    text.remove_prefix(line->size() + line_end.size());
    if (line->empty()) complete(taken);
    return true;
  }

  void complete(Taken& taken) {
    state_ = State::head;
    ++taken.messages;
    ++answered_;
  }

  State state_ = State::head;
  std::uint64_t answered_ = 0;
  std::uint64_t left_ = 0;  // of the body or of the chunk
  std::string known_head_;  // the last one, and what it said:
  std::uint64_t length_ = 0;
  bool chunked_ = false;
  Rest rest_;
};

class Http : public Dialect {
 public:
  explicit Http(const LoadOptions& options) : script_(options.depth) {
    const auto request = "GET " + options.path + " HTTP/1.1\r\nHost: " + options.to.authority() +
                         "\r\nUser-Agent: weir-bench\r\nAccept: */*\r\n\r\n";
    for (std::size_t i = 0; i < Script::shortest_period(options.depth); ++i) {
      script_.add(request);
      script_.end_message();
    }
    script_.repeat();
  }

  const Script& script() const override { return script_; }
  std::unique_ptr<Answers> answers(std::size_t) const override {
    return std::make_unique<HttpAnswers>();
  }

 private:
  Script script_;
};

}  // namespace

std::unique_ptr<Dialect> make_http(const LoadOptions& options) {
  return std::make_unique<Http>(options);
}

}  // namespace weir::bench
