// websocket: a handshake, then messages that come back unchanged (RFC 6455). What is sent is
// masked, what comes must not be; it may come in fragments, with pings between them.
#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "client/http_head.hpp"
#include "client/payloads.hpp"
#include "client/protocols/protocols.hpp"
#include "client/rest.hpp"
#include "client/websocket_frame.hpp"
#include "failure.hpp"

namespace weir::bench {
namespace {

// RFC 6455, 5.2.
constexpr unsigned char reserved_bits = 0x70;
constexpr unsigned char opcode_bits = 0x0f;
constexpr unsigned char continuation = 0;
constexpr unsigned char text_message = 1;
constexpr unsigned char binary_message = 2;
constexpr unsigned char close_frame = 8;
constexpr unsigned char pong_frame = 10;  // the last one that is known; 9 is a ping
constexpr std::size_t most_of_control = 125;

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

struct Header {
  unsigned char opcode = 0;
  bool is_final = false;
  std::uint64_t payload = 0;  // bytes
  std::size_t size = 0;       // bytes of the header itself
};

// Nothing when it has not all come.
std::optional<Header> read_header(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto first = byte_at(text, 0);
  const auto second = byte_at(text, 1);
  if ((first & reserved_bits) != 0) throw Failure("a frame with a reserved bit");
  if ((second & websocket_masked_bit) != 0) throw Failure("a frame that is masked");
  Header header{.opcode = static_cast<unsigned char>(first & opcode_bits),
                .is_final = (first & websocket_final_bit) != 0,
                .payload = second,
                .size = 2};
  if (second < 126) return header;
  const std::size_t more = second == 126 ? 2 : 8;
  if (text.size() < header.size + more) return std::nullopt;
  header.payload = 0;
  for (std::size_t i = 0; i < more; ++i) {
    header.payload = header.payload << 8U | byte_at(text, header.size + i);
  }
  header.size += more;
  return header;
}

//   handshake -> header -> payload -> header ...
class WebSocketAnswers : public Answers {
 public:
  WebSocketAnswers(const Script& payloads, std::size_t first, unsigned char opcode)
      : payloads_(payloads), message_(first), opcode_(opcode) {
    set_open(false);
  }

  Taken take(std::span<const char> received, std::uint64_t started) override {
    Taken taken;
    rest_.take(received, [&](std::string_view& text) { return step(text, started, taken); });
    return taken;
  }

 private:
  bool step(std::string_view& text, std::uint64_t started, Taken& taken) {
    if (!is_open()) return take_handshake(text);
    if (is_in_frame_) return take_payload(text, taken);
    return take_header(text, started, taken);
  }

  bool take_handshake(std::string_view& text) {
    const auto size = http_head_size(text);
    if (!size) return false;
    const auto head = text.substr(0, *size);
    if (http_status(head) != 101) {
      throw Failure("the handshake was not answered with 101: " +
                    std::string(head.substr(0, head.find('\r'))));
    }
    if (http_field(head, "Sec-WebSocket-Accept") != websocket_accepted) {
      throw Failure("the handshake was answered with a wrong Sec-WebSocket-Accept");
    }
    text.remove_prefix(*size);
    set_open(true);
    return true;
  }

  bool take_header(std::string_view& text, std::uint64_t started, Taken& taken) {
    const auto header = read_header(text);
    if (!header) return false;
    is_control_ = header->opcode >= close_frame;
    if (is_control_) {
      check_control(*header, started);
    } else {
      check_message(*header, started);
    }
    is_final_ = header->is_final;
    left_ = header->payload;
    is_in_frame_ = true;
    text.remove_prefix(header->size);
    if (left_ == 0) end_frame(taken);
    return true;
  }

  void check_control(const Header& header, std::uint64_t started) const {
    const bool known = header.opcode <= pong_frame;
    if (!known || !header.is_final || header.payload > most_of_control) {
      throw Failure("a control frame that RFC 6455 does not know");
    }
    if (header.opcode == close_frame && answered_ < started) {
      throw Failure("the server closed the WebSocket");
    }
  }

  void check_message(const Header& header, std::uint64_t started) const {
    if (answered_ == started) throw Failure("the server sent more than it was asked for");
    if (header.opcode != (is_in_message_ ? continuation : opcode_)) {
      throw Failure("reply " + std::to_string(answered_ + 1) + " has a frame of another kind");
    }
    const auto whole = payloads_.bytes_of(message_, 1);
    const auto end = offset_ + header.payload;
    if (header.payload > whole || end > whole || (header.is_final && end < whole)) {
      throw Failure("reply " + std::to_string(answered_ + 1) +
                    " is not of the size of its message");
    }
  }

  bool take_payload(std::string_view& text, Taken& taken) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, text.size()));
    if (!is_control_) check_payload(text.substr(0, size));
    text.remove_prefix(size);
    left_ -= size;
    if (left_ > 0) return false;
    end_frame(taken);
    return true;
  }

  void check_payload(std::string_view payload) {
    const char* expected = payloads_.at(payloads_.start_of(message_) + offset_);
    if (std::memcmp(payload.data(), expected, payload.size()) != 0) {
      const auto wrong = std::ranges::mismatch(payload, std::string_view{expected, payload.size()});
      throw Failure(
          "reply " + std::to_string(answered_ + 1) + " differs from its message at byte " +
          std::to_string(offset_ + static_cast<std::size_t>(wrong.in1 - payload.begin())));
    }
    offset_ += payload.size();
  }

  void end_frame(Taken& taken) {
    is_in_frame_ = false;
    if (is_control_) return;
    is_in_message_ = !is_final_;
    if (!is_final_) return;
    taken.payload += offset_;
    ++taken.messages;
    ++answered_;
    offset_ = 0;
    message_ = payloads_.message_after(message_, 1);
  }

  const Script& payloads_;
  std::size_t message_;     // of the script, the first without its whole answer
  std::size_t offset_ = 0;  // bytes of its answer which came already
  unsigned char opcode_;
  std::uint64_t answered_ = 0;
  bool is_in_message_ = false;  // between two fragments
  bool is_in_frame_ = false;
  bool is_control_ = false;  // the frame
  bool is_final_ = false;    // the frame
  std::uint64_t left_ = 0;   // of the frame's payload
  Rest rest_;
};

class WebSocket : public Dialect {
 public:
  explicit WebSocket(const LoadOptions& options)
      : opening_(websocket_request(options.path, options.to.authority())),
        opcode_(options.text ? text_message : binary_message),
        frames_(options.depth),
        payloads_(options.depth) {
    Payloads masks{6455};
    Payloads payloads;
    for (std::size_t i = 0; i < Script::shortest_period(options.depth); ++i) {
      const auto& payload =
          options.text ? payloads.next_letters(options.size) : payloads.next(options.size);
      payloads_.add(payload);
      payloads_.end_message();
      frames_.add(websocket_frame(opcode_, payload, masks.next(4)));
      frames_.end_message();
    }
    frames_.repeat();
    payloads_.repeat();
  }

  const Script& script() const override { return frames_; }
  std::unique_ptr<Answers> answers(std::size_t first) const override {
    return std::make_unique<WebSocketAnswers>(payloads_, first, opcode_);
  }
  std::string opening() const override { return opening_; }
  std::string closing() const override {
    static constexpr std::string_view going_on_normally{"\x03\xe8", 2};  // 1000
    return websocket_frame(close_frame, going_on_normally, "mask");
  }

 private:
  std::string opening_;
  unsigned char opcode_;
  Script frames_;
  Script payloads_;
};

}  // namespace

std::unique_ptr<Dialect> make_websocket(const LoadOptions& options) {
  return std::make_unique<WebSocket>(options);
}

}  // namespace weir::bench
