#include "io/proxy_header.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/text.hpp"

namespace weir {

namespace {

using State = ParsedProxyHeader::State;

constexpr std::string_view line_begin = "PROXY ";
constexpr std::size_t longest_line = 107;  // 2.1, with its end
constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t fixed_part = 16;
constexpr std::size_t quoted_bytes = 24;
constexpr std::size_t unix_path = 108;

// 2.2: the byte of family and kind, and the bytes of its two addresses.
constexpr unsigned char over_tcp4 = 0x11;
constexpr unsigned char over_tcp6 = 0x21;
constexpr unsigned char over_unix = 0x31;
constexpr std::size_t tcp4_bytes = 12;
constexpr std::size_t tcp6_bytes = 36;
constexpr std::size_t unix_bytes = 216;

constexpr unsigned char crc_extension = 0x03;

ParsedProxyHeader malformed(std::string why) {
  return {.state = State::malformed, .why = "malformed PROXY header: " + std::move(why)};
}

// --- version 1 ---------------------------------------------------------------------------------

/// The next word of `line`, which ends at one space or with the line; nothing where there is none.
std::string_view take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(line.size(), end + 1));
  return word;
}

/// Decimal, at most 65535, without zeros in front (2.1).
bool read_port(std::string_view text, std::uint16_t& port) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return false;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, port);
  return error == std::errc() && stopped == end;
}

SocketAddress read_address(int family, std::string_view host, std::uint16_t port) {
  const std::string text(host);
  if (text.find('\0') != std::string::npos) return {};
  if (family == AF_INET) {
    sockaddr_in raw{};
    raw.sin_family = AF_INET;
    raw.sin_port = htons(port);
    if (::inet_pton(AF_INET, text.c_str(), &raw.sin_addr) != 1) return {};
    return {reinterpret_cast<const sockaddr*>(&raw), sizeof raw};
  }
  sockaddr_in6 raw{};
  raw.sin6_family = AF_INET6;
  raw.sin6_port = htons(port);
  if (::inet_pton(AF_INET6, text.c_str(), &raw.sin6_addr) != 1) return {};
  return {reinterpret_cast<const sockaddr*>(&raw), sizeof raw};
}

ParsedProxyHeader parse_line(std::string_view bytes) {
  const std::string_view seen = bytes.substr(0, longest_line);
  const std::size_t end = seen.find("\r\n");
  if (end == std::string_view::npos) {
    // A line that has ended otherwise will not end rightly.
    const std::size_t wrong_end = seen.substr(0, seen.size() - 1).find_first_of("\r\n");
    if (wrong_end != std::string_view::npos || seen.back() == '\n') {
      return malformed("a line that does not end with CR LF");
    }
    if (seen.size() < longest_line) return {};
    return malformed("a line of more than " + std::to_string(longest_line) + " bytes");
  }
  ParsedProxyHeader parsed{.state = State::complete, .size = end + 2};
  std::string_view line = seen.substr(line_begin.size(), end - line_begin.size());
  const std::string_view protocol = take_word(line);
  if (protocol == "UNKNOWN") return parsed;  // whatever follows (2.1)
  if (protocol != "TCP4" && protocol != "TCP6") {
    return malformed("no TCP4, TCP6 or UNKNOWN but " + text::quoted(protocol, quoted_bytes));
  }
  const int family = protocol == "TCP4" ? AF_INET : AF_INET6;
  const std::array<std::string_view, 2> hosts{take_word(line), take_word(line)};
  const std::string_view source_port = take_word(line);
  // What is left is one word, up to the end.
  const std::array<std::string_view, 2> ports{source_port, line};
  std::array<SocketAddress, 2> addresses;
  for (std::size_t i = 0; i < 2; ++i) {
    std::uint16_t port = 0;
    if (!read_port(ports[i], port)) {
      return malformed("no port but " + text::quoted(ports[i], quoted_bytes));
    }
    addresses[i] = read_address(family, hosts[i], port);
    if (addresses[i].empty()) {
      return malformed("no " + std::string(protocol) + " address but " +
                       text::quoted(hosts[i], quoted_bytes));
    }
  }
  parsed.header = {addresses[0], addresses[1]};
  return parsed;
}

// --- version 2 ---------------------------------------------------------------------------------

unsigned byte_at(std::string_view bytes, std::size_t place) {
  return static_cast<unsigned char>(bytes[place]);
}

std::size_t number_at(std::string_view bytes, std::size_t place) {
  return byte_at(bytes, place) << 8U | byte_at(bytes, place + 1);
}

SocketAddress inet_at(std::string_view bytes, std::size_t host, std::size_t port) {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  std::memcpy(&raw.sin_addr, bytes.data() + host, sizeof raw.sin_addr);
  std::memcpy(&raw.sin_port, bytes.data() + port, sizeof raw.sin_port);
  return {reinterpret_cast<const sockaddr*>(&raw), sizeof raw};
}

SocketAddress inet6_at(std::string_view bytes, std::size_t host, std::size_t port) {
  sockaddr_in6 raw{};
  raw.sin6_family = AF_INET6;
  std::memcpy(&raw.sin6_addr, bytes.data() + host, sizeof raw.sin6_addr);
  std::memcpy(&raw.sin6_port, bytes.data() + port, sizeof raw.sin6_port);
  return {reinterpret_cast<const sockaddr*>(&raw), sizeof raw};
}

/// Empty when the path fills all its bytes: no socket has one as long.
SocketAddress unix_at(std::string_view bytes, std::size_t place) {
  const std::string_view field = bytes.substr(place, unix_path);
  std::string path;
  if (field.front() != '\0') {
    path = field.substr(0, field.find('\0'));
    if (path.size() == unix_path) return {};
  } else if (const auto last = field.find_last_not_of('\0'); last != std::string_view::npos) {
    path = field.substr(0, last + 1);  // an abstract name, its first zero with it
  }
  sockaddr_un raw{};
  raw.sun_family = AF_UNIX;
  std::memcpy(raw.sun_path, path.data(), path.size());
  return {reinterpret_cast<const sockaddr*>(&raw), offsetof(sockaddr_un, sun_path) + path.size()};
}

/// CRC-32C (RFC 3720, appendix B.4), with the four bytes at `hole` taken for zeros (2.2.3).
std::uint32_t checksum(std::string_view bytes, std::size_t hole) {
  constexpr std::uint32_t polynomial = 0x82f63b78;  // reflected
  std::uint32_t sum = ~std::uint32_t{0};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i < hole || i >= hole + 4) sum ^= byte_at(bytes, i);
    for (int step = 0; step < 8; ++step) sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? polynomial : 0);
  }
  return ~sum;
}

/// Empty when the extensions of `header`, from `place` on, are whole, and their checksum is right
/// if they have one (2.2.3).
std::string wrong_extensions(std::string_view header, std::size_t place) {
  while (place != header.size()) {
    if (header.size() - place < 3) return "an extension is cut";
    const std::size_t size = number_at(header, place + 1);
    const std::size_t value = place + 3;
    if (header.size() - value < size) return "an extension is cut";
    if (byte_at(header, place) == crc_extension) {
      if (size != 4) return "a checksum of " + std::to_string(size) + " bytes";
      const auto told = static_cast<std::uint32_t>(number_at(header, value) << 16U |
                                                   number_at(header, value + 2));
      if (told != checksum(header, value)) return "the checksum is wrong";
    }
    place = value + size;
  }
  return {};
}

std::size_t address_bytes(unsigned family) {
  if (family == over_tcp4) return tcp4_bytes;
  if (family == over_tcp6) return tcp6_bytes;
  return family == over_unix ? unix_bytes : 0;
}

ParsedProxyHeader parse_binary(std::string_view bytes, std::size_t max_size) {
  if (bytes.size() > 12 && byte_at(bytes, 12) >> 4U != 2) {
    return malformed("version " + std::to_string(byte_at(bytes, 12) >> 4U));
  }
  const unsigned command = bytes.size() > 12 ? byte_at(bytes, 12) & 0xfU : 0;
  if (command > 1) return malformed("command " + std::to_string(command));
  if (bytes.size() < fixed_part) return {};
  const std::size_t size = fixed_part + number_at(bytes, 14);
  if (size > max_size) {
    return malformed(std::to_string(size) + " bytes, at most " + std::to_string(max_size) +
                     " are taken");
  }
  const unsigned family = byte_at(bytes, 13);
  const std::size_t needed = fixed_part + address_bytes(family);
  if (command == 1) {
    if (family != 0 && address_bytes(family) == 0) {
      return malformed("family and kind " + std::to_string(family) + " are no stream's");
    }
    if (size < needed) return malformed("no room for its addresses");
  }
  if (bytes.size() < size) return {};
  const std::string_view header = bytes.substr(0, size);
  ParsedProxyHeader parsed{.state = State::complete, .size = size};
  // LOCAL: the receiver skips the rest, whatever it is (2.2).
  if (command == 0) return parsed;
  if (std::string why = wrong_extensions(header, needed); !why.empty()) return malformed(why);
  if (family == over_tcp4) parsed.header = {inet_at(bytes, 16, 24), inet_at(bytes, 20, 26)};
  if (family == over_tcp6) parsed.header = {inet6_at(bytes, 16, 48), inet6_at(bytes, 32, 50)};
  if (family == over_unix) {
    parsed.header = {unix_at(bytes, 16), unix_at(bytes, 16 + unix_path)};
    if (parsed.header.source.empty() || parsed.header.destination.empty()) {
      return malformed("a path without an end");
    }
  }
  return parsed;
}

// --- writing -----------------------------------------------------------------------------------

std::string write_line(const ProxyHeader& header) {
  const int family = header.source.family();
  if (family != header.destination.family() || (family != AF_INET && family != AF_INET6)) {
    return "PROXY UNKNOWN\r\n";
  }
  std::string line(line_begin);
  line.append(family == AF_INET ? "TCP4 " : "TCP6 ");
  line.append(header.source.host()).append(" ").append(header.destination.host()).append(" ");
  line.append(std::to_string(header.source.port())).append(" ");
  return line.append(std::to_string(header.destination.port())).append("\r\n");
}

template <class Raw>
Raw raw_of(const SocketAddress& address) {
  Raw raw{};
  std::memcpy(&raw, address.data(), std::min(sizeof raw, address.size()));
  return raw;
}

template <class T>
void append_raw(std::string& to, const T& value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string write_binary(const ProxyHeader& header) {
  std::string text(signature);
  const auto begin = [&text](unsigned command, unsigned family, std::size_t size) {
    text.push_back(static_cast<char>(0x20U | command));
    text.push_back(static_cast<char>(family));
    text.push_back(static_cast<char>(size >> 8U));
    text.push_back(static_cast<char>(size & 0xffU));
  };
  const int family = header.source.family();
  if (header.source.empty() || family != header.destination.family()) {
    begin(header.source.empty() ? 0 : 1, 0, 0);
  } else if (family == AF_INET) {
    const auto source = raw_of<sockaddr_in>(header.source);
    const auto destination = raw_of<sockaddr_in>(header.destination);
    begin(1, over_tcp4, tcp4_bytes);
    append_raw(text, source.sin_addr);
    append_raw(text, destination.sin_addr);
    append_raw(text, source.sin_port);
    append_raw(text, destination.sin_port);
  } else if (family == AF_INET6) {
    const auto source = raw_of<sockaddr_in6>(header.source);
    const auto destination = raw_of<sockaddr_in6>(header.destination);
    begin(1, over_tcp6, tcp6_bytes);
    append_raw(text, source.sin6_addr);
    append_raw(text, destination.sin6_addr);
    append_raw(text, source.sin6_port);
    append_raw(text, destination.sin6_port);
  } else {
    begin(1, over_unix, unix_bytes);
    append_raw(text, raw_of<sockaddr_un>(header.source).sun_path);
    append_raw(text, raw_of<sockaddr_un>(header.destination).sun_path);
  }
  return text;
}

}  // namespace

ParsedProxyHeader parse_proxy_header(std::string_view bytes, std::size_t max_size) {
  const auto begins_with = [bytes](std::string_view beginning) {
    const std::size_t size = std::min(bytes.size(), beginning.size());
    return bytes.substr(0, size) == beginning.substr(0, size);
  };
  if (begins_with(signature)) {
    return bytes.size() < signature.size() ? ParsedProxyHeader{} : parse_binary(bytes, max_size);
  }
  if (begins_with(line_begin)) {
    return bytes.size() < line_begin.size() ? ParsedProxyHeader{} : parse_line(bytes);
  }
  return {.state = State::malformed,
          .why = "no PROXY header but " + text::quoted(bytes, quoted_bytes)};
}

std::string write_proxy_header(ProxyVersion version, const ProxyHeader& header) {
  return version == ProxyVersion::v1 ? write_line(header) : write_binary(header);
}

}  // namespace weir
