// What sockets that keep the boundaries of messages are told, and what they count: UDP, Unix
// datagrams, SOCK_SEQPACKET, POSIX message queues. Layer: io. Every bound is finite.
#pragma once

#include <cstddef>
#include <string>

#include "weir/core/counter.hpp"

namespace weir {

struct MessageOptions {
  /// Bytes of a message. A longer one is not sent, and one that comes is dropped and counted. 0 is
  /// what the kind takes: 65,507 of UDP (RFC 768, RFC 791), 65,536 on Unix sockets, of a queue
  /// what it was made for, or 8,192. At most 1 MiB.
  std::size_t max_message = 0;
  /// A UDP peer whose address is not proven (Session::verify_peer) is sent at most so many times
  /// the bytes that came from it: the sender's address may be a victim's (RFC 9000, section 8.1).
  std::size_t amplification = 3;
  /// Peers of one socket for datagrams. When there are so many, a new one takes the place of the
  /// one that was silent longest and has nothing outstanding.
  std::size_t peers = 4096;
  /// Messages that wait for a peer whose handler is out or that is paused, for each; what comes
  /// then is dropped and counted.
  std::size_t held_messages = 16;
  /// The same in bytes, for all peers of one socket together.
  std::size_t held_bytes = 1024 * 1024;
  /// Where a listener on a multicast address joins its group: "eth0". Empty: the system's choice.
  std::string multicast_interface{};
  /// Of a message queue that is made: the messages it holds. The system has a limit of its own.
  std::size_t queue_messages = 10;
  /// With which a connection sends to a message queue: higher ones are received first.
  unsigned priority = 0;
};

/// Of one loop.
struct MessageCounters {
  Counter truncated;   // came longer than they may be
  Counter empty;       // came without a byte
  Counter dropped;     // nobody could take them: too many held, too many peers, a server that ends
  Counter unsendable;  // the system did not take them, and would not later
  Counter amplifying;  // not sent to an address that was not proven
  Counter displaced;   // peers whose place a newer one took
};

}  // namespace weir
