// SocketAddress: where a socket is, and of which kind. Layer: core. A value of 32 bytes, for each
// connection has two; names are resolved elsewhere (endpoint.hpp).
//
//     form        kinds                       holds
//     inet        stream, datagram            an IPv4 or IPv6 address and a port
//     local       stream, datagram, packet    a path, an abstract name, or nothing (unnamed)
//     queue       queue                       the name of a POSIX message queue
//     inherited   known when it is opened     the number of a descriptor that the process was given
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "weir/core/error.hpp"
#include "weir/core/socket_kind.hpp"

struct sockaddr;

namespace weir {

class SocketAddress {
 public:
  enum class Form : std::uint8_t { none, inet, local, queue, inherited };
  /// Big enough for a sockaddr_un, the largest kind it holds.
  static constexpr std::size_t max_size = 110;
  /// Of a path, of an abstract name behind its '@', of a queue's name.
  static constexpr std::size_t max_path = 107;

  /// No address: `empty()`.
  SocketAddress() = default;
  /// Copies may be made and destroyed on different threads.
  SocketAddress(const SocketAddress& other)
      : bytes_(other.bytes_), size_(other.size_), form_(other.form_), kind_(other.kind_) {
    if (outside()) share();
  }
  /// `other` is empty afterwards.
  SocketAddress(SocketAddress&& other) noexcept { swap(other); }
  SocketAddress& operator=(SocketAddress other) noexcept {
    swap(other);
    return *this;
  }
  ~SocketAddress() {
    if (outside()) drop();
  }
  /// Copies `size` bytes of `address`; a family other than AF_INET, AF_INET6 and AF_UNIX gives an
  /// empty one.
  SocketAddress(const sockaddr* address, std::size_t size, SocketKind kind = SocketKind::stream);

  /// "/a/path", "@abstract" or "" for one that the system names. The error says what is wrong.
  [[nodiscard]] static Result<SocketAddress> local(std::string_view path, SocketKind kind);
  /// A message queue, without the slash before its name. The error says what is wrong.
  [[nodiscard]] static Result<SocketAddress> queue(std::string_view name);
  /// A descriptor that stands open already; what it is, is asked when it is used.
  [[nodiscard]] static SocketAddress inherited(int descriptor);

  [[nodiscard]] bool empty() const { return form_ == Form::none; }
  [[nodiscard]] Form form() const { return form_; }
  [[nodiscard]] SocketKind kind() const { return kind_; }
  /// The same place for another kind of socket.
  [[nodiscard]] SocketAddress of_kind(SocketKind kind) const;

  /// AF_INET, AF_INET6, AF_UNIX, or AF_UNSPEC.
  [[nodiscard]] int family() const;
  /// 0 where there is none.
  [[nodiscard]] std::uint16_t port() const;
  /// Only for Form::inet.
  void set_port(std::uint16_t port);
  /// The IP address without its port, as inet_ntop writes it: "127.0.0.1", "::1"; "unknown" where
  /// there is none.
  [[nodiscard]] std::string host() const;
  /// "/a/path", "@abstract", the queue's name; "" for an unnamed socket and for Form::inet.
  [[nodiscard]] std::string path() const;
  /// The number of an inherited one, else -1.
  [[nodiscard]] int descriptor() const;
  [[nodiscard]] bool is_multicast() const;
  /// As an endpoint is written: "tcp://127.0.0.1:7000", "udp://[::1]:7000", "unix:///run/a.sock",
  /// "unixgram://@name", "mq://name", "fd://3"; "unix://" unnamed; "unknown" when empty.
  [[nodiscard]] std::string to_string() const;

  /// For the system's calls; only for Form::inet and Form::local.
  [[nodiscard]] const sockaddr* data() const;
  [[nodiscard]] std::size_t size() const { return size_; }

  friend bool operator==(const SocketAddress& one, const SocketAddress& other) {
    return one.form_ == other.form_ && one.kind_ == other.kind_ && one.bytes() == other.bytes();
  }

 private:
  static constexpr std::size_t most_inside = 28;  // a sockaddr_in6, and every unnamed Unix socket
  struct Outside;

  [[nodiscard]] bool outside() const { return size_ > most_inside; }
  [[nodiscard]] Outside* place() const;
  void share() const;
  void drop() const;
  void swap(SocketAddress& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    std::swap(form_, other.form_);
    std::swap(kind_, other.kind_);
  }
  void set_bytes(const void* bytes, std::size_t size);
  [[nodiscard]] const unsigned char* begin() const;
  [[nodiscard]] std::string_view bytes() const {
    return {reinterpret_cast<const char*>(begin()), size_};
  }

  // The address itself; of a longer one, a path, a pointer to where its bytes stand. Copies share
  // those, which never change.
  alignas(void*) std::array<unsigned char, most_inside> bytes_{};
  std::uint8_t size_ = 0;
  Form form_ = Form::none;
  SocketKind kind_ = SocketKind::stream;
};

}  // namespace weir
