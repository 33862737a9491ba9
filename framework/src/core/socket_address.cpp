#include "weir/core/socket_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <cstring>

#include "core/text.hpp"

namespace weir {

static_assert(SocketAddress::max_size == sizeof(sockaddr_un));
static_assert(sizeof(SocketAddress) == 32);
static_assert(SocketAddress::max_path + 1 == sizeof(sockaddr_un::sun_path));

namespace {

constexpr std::size_t path_offset = offsetof(sockaddr_un, sun_path);

std::string_view scheme_of(SocketAddress::Form form, SocketKind kind) {
  switch (form) {
    case SocketAddress::Form::inet:
      return kind == SocketKind::datagram ? "udp" : "tcp";
    case SocketAddress::Form::queue:
      return "mq";
    case SocketAddress::Form::inherited:
      return "fd";
    default:
      break;
  }
  if (kind == SocketKind::datagram) return "unixgram";
  return kind == SocketKind::packet ? "unixpacket" : "unix";
}

}  // namespace

SocketAddress::SocketAddress(const sockaddr* address, std::size_t size, SocketKind kind)
    : kind_(kind) {
  // A peer without a name may have no bytes at all.
  if (size < sizeof(sa_family_t)) return;
  std::size_t known = 0;
  if (address->sa_family == AF_INET) known = sizeof(sockaddr_in);
  if (address->sa_family == AF_INET6) known = sizeof(sockaddr_in6);
  if (address->sa_family == AF_UNIX && size <= max_size) {
    known = size;
    // The system counts the NUL behind a path or not, as it likes.
    const char* path = reinterpret_cast<const char*>(address) + path_offset;
    if (size > path_offset && path[0] != '\0') known = path_offset + ::strnlen(path, max_path);
  }
  if (known == 0 || size < known) return;
  set_bytes(address, known);
  form_ = address->sa_family == AF_UNIX ? Form::local : Form::inet;
}

/// The bytes of an address that is too long for the value itself.
struct SocketAddress::Outside {
  std::atomic<std::size_t> owners{1};
  alignas(4) std::array<unsigned char, max_size> bytes{};
};

SocketAddress::Outside* SocketAddress::place() const {
  Outside* place = nullptr;
  std::memcpy(&place, bytes_.data(), sizeof(void*));
  return place;
}

void SocketAddress::share() const { place()->owners.fetch_add(1, std::memory_order_relaxed); }

void SocketAddress::drop() const {
  if (place()->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete place();
}

/// Of an empty one.
void SocketAddress::set_bytes(const void* bytes, std::size_t size) {
  if (size <= most_inside) {
    std::memcpy(bytes_.data(), bytes, size);
  } else {
    auto* const place = new Outside;
    std::memcpy(place->bytes.data(), bytes, size);
    std::memcpy(bytes_.data(), &place, sizeof(void*));
  }
  size_ = static_cast<std::uint8_t>(size);
}

const unsigned char* SocketAddress::begin() const {
  return outside() ? place()->bytes.data() : bytes_.data();
}

Result<SocketAddress> SocketAddress::local(std::string_view path, SocketKind kind) {
  if (path.find('\0') != std::string_view::npos) return Error{"a path has no zero byte"};
  const bool abstract = path.starts_with('@');
  if (path.size() - (abstract ? 1 : 0) > max_path) {
    return Error{"a path of " + std::to_string(path.size()) + " bytes, a socket takes at most " +
                 std::to_string(max_path)};
  }
  sockaddr_un raw{};
  raw.sun_family = AF_UNIX;
  std::memcpy(raw.sun_path, path.data(), path.size());
  if (abstract) raw.sun_path[0] = '\0';
  SocketAddress address;
  address.set_bytes(&raw, path_offset + path.size());
  address.form_ = Form::local;
  address.kind_ = kind;
  return address;
}

Result<SocketAddress> SocketAddress::queue(std::string_view name) {
  if (name.empty()) return Error{"the queue has no name"};
  if (name.find_first_of(std::string_view("/\0", 2)) != std::string_view::npos) {
    return Error{"the name of a queue has no '/' and no zero byte"};
  }
  if (name.size() > max_path) {
    return Error{"a name of " + std::to_string(name.size()) + " bytes, a queue's has at most " +
                 std::to_string(max_path)};
  }
  SocketAddress address;
  address.set_bytes(name.data(), name.size());
  address.form_ = Form::queue;
  address.kind_ = SocketKind::queue;
  return address;
}

SocketAddress SocketAddress::inherited(int descriptor) {
  SocketAddress address;
  address.set_bytes(&descriptor, sizeof descriptor);
  address.form_ = Form::inherited;
  return address;
}

SocketAddress SocketAddress::of_kind(SocketKind kind) const {
  SocketAddress address = *this;
  address.kind_ = kind;
  return address;
}

int SocketAddress::family() const {
  return form_ == Form::inet || form_ == Form::local ? data()->sa_family : AF_UNSPEC;
}

// sin_port and sin6_port stand at the same place.
static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));

std::uint16_t SocketAddress::port() const {
  if (form_ != Form::inet) return 0;
  in_port_t port = 0;
  std::memcpy(&port, begin() + offsetof(sockaddr_in, sin_port), sizeof port);
  return ntohs(port);
}

void SocketAddress::set_port(std::uint16_t port) {
  const in_port_t wire = htons(port);
  std::memcpy(bytes_.data() + offsetof(sockaddr_in, sin_port), &wire, sizeof wire);
}

std::string SocketAddress::host() const {
  if (form_ != Form::inet) return "unknown";
  char text[INET6_ADDRSTRLEN] = "";
  const std::size_t offset =
      family() == AF_INET ? offsetof(sockaddr_in, sin_addr) : offsetof(sockaddr_in6, sin6_addr);
  inet_ntop(family(), begin() + offset, text, sizeof text);
  return text;
}

std::string SocketAddress::path() const {
  if (form_ == Form::queue) return std::string(bytes());
  if (form_ != Form::local || size_ <= path_offset) return {};
  std::string path(bytes().substr(path_offset));
  if (path.front() == '\0') path.front() = '@';
  return path;
}

int SocketAddress::descriptor() const {
  if (form_ != Form::inherited) return -1;
  int descriptor = -1;
  std::memcpy(&descriptor, begin(), sizeof descriptor);
  return descriptor;
}

bool SocketAddress::is_multicast() const {
  if (family() == AF_INET) {
    in_addr address{};
    std::memcpy(&address, begin() + offsetof(sockaddr_in, sin_addr), sizeof address);
    return IN_MULTICAST(ntohl(address.s_addr));
  }
  return family() == AF_INET6 && begin()[offsetof(sockaddr_in6, sin6_addr)] == 0xff;
}

std::string SocketAddress::to_string() const {
  if (empty()) return "unknown";
  std::string text(scheme_of(form_, kind_));
  text.append("://");
  if (form_ == Form::inherited) return text + std::to_string(descriptor());
  // A peer chooses its own path: it must not write the log.
  if (form_ != Form::inet) return text + text::printable(path(), 2 * max_path);
  text.append(family() == AF_INET6 ? "[" + host() + "]" : host());
  return text + ":" + std::to_string(port());
}

const sockaddr* SocketAddress::data() const { return reinterpret_cast<const sockaddr*>(begin()); }

}  // namespace weir
