// BusPacket: what the buses of several processes say to each other, each in one PUBLISH.
// Layer: bus, private.
//
//     m FROM RUN SEQUENCE TOPIC-SIZE LF topic message      to the topic's channel, or a replay
//     s FROM RUN LAST FIRST BASE TOPIC-SIZE LF topic       a publisher's standing in a topic
//     q FROM SINCE TOPIC-SIZE LF topic                     to all: who publishes in it?
//     r FROM RUN FIRST LAST SINCE TOPIC-SIZE LF topic      to one: send these again
//
// FROM is the id of the bus that says it, 16 hexadecimal digits; the others are decimal numbers.
//
//   RUN       counts how often a publisher began a topic anew, because it had forgotten it
//   SEQUENCE  1, 2, 3, ... in one run of one publisher in one topic
//   LAST      the sequence of the last message that was sent
//   FIRST     of the first that can be sent again; in r, of the first that is wanted, 0: see SINCE
//   BASE      of the last message that was published before the one who asked subscribed
//   SINCE     for so many milliseconds the one who asks has been subscribed
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

struct BusPacket {
  enum class Kind : char { message = 'm', standing = 's', query = 'q', request = 'r' };

  Kind kind = Kind::message;
  std::uint64_t from = 0;
  std::uint64_t run = 0;
  std::uint64_t sequence = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t base = 0;
  std::uint64_t since = 0;
  std::string_view topic{};
  std::string_view text{};  // of a message

  /// Nothing for what no bus of this version says. Views into `bytes`.
  [[nodiscard]] static std::optional<BusPacket> parse(std::string_view bytes);
  [[nodiscard]] std::string to_bytes() const;
};

/// 16 hexadecimal digits.
[[nodiscard]] std::string bus_id_text(std::uint64_t id);

}  // namespace weir
