#include "bus/bus_wire.hpp"

#include <array>
#include <charconv>
#include <span>
#include <utility>

namespace weir {

namespace {

using Kind = BusPacket::Kind;
using Number = std::uint64_t BusPacket::*;

constexpr std::array<Number, 2> of_message{&BusPacket::run, &BusPacket::sequence};
constexpr std::array<Number, 4> of_standing{&BusPacket::run, &BusPacket::last, &BusPacket::first,
                                            &BusPacket::base};
constexpr std::array<Number, 1> of_query{&BusPacket::since};
constexpr std::array<Number, 4> of_request{&BusPacket::run, &BusPacket::first, &BusPacket::last,
                                           &BusPacket::since};

/// The decimal numbers of a packet of `kind`, in their order; none for what is no kind.
std::span<const Number> numbers_of(char kind) {
  switch (kind) {
    case 'm':
      return of_message;
    case 's':
      return of_standing;
    case 'q':
      return of_query;
    case 'r':
      return of_request;
    default:
      return {};
  }
}

/// Takes a number and the byte `end` behind it.
bool take_number(std::string_view& rest, int base, char end, std::uint64_t& value) {
  const char* const last = rest.data() + rest.size();
  const auto [stopped, error] = std::from_chars(rest.data(), last, value, base);
  if (error != std::errc() || stopped == last || *stopped != end) return false;
  rest.remove_prefix(static_cast<std::size_t>(stopped - rest.data()) + 1);
  return true;
}

}  // namespace

std::optional<BusPacket> BusPacket::parse(std::string_view bytes) {
  if (bytes.size() < 2 || bytes[1] != ' ') return std::nullopt;
  const auto numbers = numbers_of(bytes[0]);
  if (numbers.empty()) return std::nullopt;
  BusPacket packet;
  packet.kind = static_cast<Kind>(bytes[0]);
  bytes.remove_prefix(2);
  if (!take_number(bytes, 16, ' ', packet.from)) return std::nullopt;
  for (const Number number : numbers) {
    if (!take_number(bytes, 10, ' ', packet.*number)) return std::nullopt;
  }
  std::uint64_t size = 0;
  if (!take_number(bytes, 10, '\n', size) || size == 0 || size > bytes.size()) return std::nullopt;
  packet.topic = bytes.substr(0, static_cast<std::size_t>(size));
  packet.text = bytes.substr(packet.topic.size());
  return packet;
}

std::string BusPacket::to_bytes() const {
  std::string bytes;
  bytes.reserve(96 + topic.size() + text.size());
  bytes.push_back(static_cast<char>(kind));
  bytes.push_back(' ');
  bytes += bus_id_text(from);
  for (const Number number : numbers_of(static_cast<char>(kind))) {
    bytes.push_back(' ');
    bytes += std::to_string(this->*number);
  }
  bytes.push_back(' ');
  bytes += std::to_string(topic.size());
  bytes.push_back('\n');
  bytes += topic;
  bytes += text;
  return bytes;
}

std::string bus_id_text(std::uint64_t id) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, id, 16).ptr;
  const auto size = static_cast<std::size_t>(end - digits);
  return std::string(sizeof digits - size, '0').append(digits, size);
}

}  // namespace weir
