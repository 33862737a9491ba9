// Outgoing: datagrams to many peers, gathered and sent with one call of the system.
// Layer: io/messages, private; a member of DatagramSocket. It copies what it is given.
//
// What goes to one peer in pieces of one size goes out as one packet that the system cuts apart as
// late as it can (UDP_SEGMENT, udp(7)): on loopback that is half the work. Between peers the order
// may change, for one peer it does not.
//
//   messages_   a1 b1 a2 a3 b2        two peers, all of one size
//   entries     [a1 a2 a3] [b1 b2]    what sendmmsg() is given
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <string_view>

#include "weir/core/buffer.hpp"
#include "weir/core/socket_address.hpp"

namespace weir {

class Outgoing {
 public:
  static constexpr std::size_t most_messages = 64;
  static constexpr std::size_t most_bytes = 256 * 1024;

  [[nodiscard]] bool empty() const { return count_ == 0; }
  /// Time to send.
  [[nodiscard]] bool full() const { return count_ == most_messages || bytes_.size() >= most_bytes; }
  /// Not when full(). `to` is an IP address.
  void append(const SocketAddress& to, std::string_view message);

  struct Result {
    bool all = true;  // false: the rest waits until the socket is writable
    std::size_t unsendable = 0;
  };
  Result send(int socket);

 private:
  struct Message {
    sockaddr_in6 to;  // big enough for IPv4 as well
    socklen_t to_size;
    std::size_t begin;
    std::size_t size;
    bool done;  // sent, or in an entry of the present send()

    [[nodiscard]] bool goes_where(const Message& other) const;
  };
  struct Entries;

  void gather(Entries& entries);
  void add_entry(Entries& entries, std::size_t first);
  void keep_unsent(const Entries& entries, std::size_t sent);

  Buffer bytes_;
  std::array<Message, most_messages> messages_;
  std::size_t count_ = 0;
  bool segments_ = true;  // the system can cut a packet apart
};

}  // namespace weir
