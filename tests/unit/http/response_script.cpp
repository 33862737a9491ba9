#include "unit/http/response_script.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>

#include "weir/http/response_parser.hpp"

namespace weir::test {

namespace {

using Kind = http::Parsed::Kind;

void write_fields(const http::Headers& headers, std::string& text) {
  for (const http::Header& header : headers) {
    text.append(header.name).append("=").append(header.value).append("\n");
  }
}

/// A parser with the requests that wait for it.
class Reader {
 public:
  Reader(const Methods& methods, const http::Limits& limits) : parser_(limits), methods_(methods) {
    ask();
  }

  /// How many bytes were used.
  std::size_t read(std::string_view input) {
    http::ResponseHead head;
    for (std::size_t used = 0;;) {
      if (switched_) {
        result_.left += input.size() - used;
        return input.size();
      }
      const http::Parsed part = parser_.next(input.substr(used), head);
      BOOST_REQUIRE_LE(part.consumed, input.size() - used);
      used += part.consumed;
      if (part.kind == Kind::need_more) return used;
      if (!take(part, head)) return input.size();
    }
  }
  void end() {
    const http::Parsed part = parser_.end();
    BOOST_TEST(part.consumed == 0U);
    if (part.kind != Kind::need_more) take(part, {});
  }
  [[nodiscard]] bool failed() const { return result_.failed; }
  [[nodiscard]] Responses result() { return std::move(result_); }

 private:
  void ask() {
    if (asked_ < methods_.size() && parser_.idle()) parser_.expect(methods_[asked_++]);
  }
  bool take(const http::Parsed& part, const http::ResponseHead& head) {
    std::string& text = result_.text;
    switch (part.kind) {
      case Kind::head:
        ++result_.heads;
        switches_ = head.switches;
        text.append(std::to_string(code_of(head.status))).append(" <").append(head.phrase);
        text.append(">").append(head.keep_alive ? " stays" : " last");
        text.append(head.interim ? " interim" : "").append(head.switches ? " switches" : "");
        text.append(" ").append(std::to_string(static_cast<int>(head.body))).append("\n");
        write_fields(head.headers, text);
        return true;
      case Kind::body:
        BOOST_REQUIRE(!part.body.empty());
        text.append(part.body);
        result_.bodies.append(part.body);
        return true;
      case Kind::complete:
        ++result_.completed;
        text.append("\n");
        write_fields(head.trailers, text);
        switched_ = switches_;
        ask();
        return true;
      default:
        result_.failed = true;
        result_.reason = parser_.error().reason;
        BOOST_TEST((parser_.error().status == http::Status::bad_gateway));
        text.append("failed");
        return false;
    }
  }

  http::ResponseParser parser_;
  const Methods& methods_;
  std::size_t asked_ = 0;
  bool switches_ = false;
  bool switched_ = false;
  Responses result_;
};

}  // namespace

Responses read_response_pieces(const Methods& methods, const std::vector<std::string_view>& pieces,
                               bool ends, const http::Limits& limits) {
  Reader reader(methods, limits);
  std::string waiting;
  for (const std::string_view piece : pieces) {
    waiting.append(piece);
    const std::unique_ptr<char[]> lent(new char[waiting.size()]);
    waiting.copy(lent.get(), waiting.size());
    waiting.erase(0, reader.read({lent.get(), waiting.size()}));
    if (reader.failed()) return reader.result();
  }
  if (ends) reader.end();
  return reader.result();
}

Responses read_responses(const Methods& methods, std::string_view input, bool ends,
                         const http::Limits& limits) {
  Responses whole = read_response_pieces(methods, {input}, ends, limits);
  std::vector<std::string_view> bytes;
  const auto compare = [&](const Responses& parts, std::string_view how) {
    BOOST_REQUIRE_MESSAGE(parts.text == whole.text && parts.left == whole.left,
                          how << ": " << parts.text << " instead of " << whole.text);
  };
  for (std::size_t cut = 0; cut < input.size(); ++cut) {
    compare(read_response_pieces(methods, {input.substr(0, cut), input.substr(cut)}, ends, limits),
            "cut at " + std::to_string(cut));
    bytes.push_back(input.substr(cut, 1));
  }
  compare(read_response_pieces(methods, bytes, ends, limits), "byte by byte");
  return whole;
}

}  // namespace weir::test
