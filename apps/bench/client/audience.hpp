// Audience: everybody in the room of one server, where what one says is told to all, and the last
// who came speaks. One thread, its own epoll.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "system/descriptor.hpp"
#include "system/endpoint.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

// How one enters the room, and what a message looks like there.
enum class Manner {
  websocket,  // a handshake on /room; text messages
  length4,    // who connects is in; 4 bytes, big-endian, with the size of what follows
};

struct AudienceOptions {
  Manner manner = Manner::length4;
  unsigned members = 1000;
  unsigned size = 100;  // bytes of a message; at most 60,000
};

class Audience {
 public:
  // Everybody enters. Throws Failure when somebody is not let in.
  Audience(const Endpoint& server, const AudienceOptions& options, const Interrupts& interrupts);

  // One message, until all have it. Throws Failure when some have not within 10 s, and when the
  // server ends a connection.
  void say(const Interrupts& interrupts);

 private:
  void enter(const Endpoint& server, Manner manner, const Interrupts& interrupts);
  void shake_hands(const Descriptor& made, const Interrupts& interrupts);
  std::size_t hear();

  const std::string said_;
  const std::size_t expected_;  // bytes, of all
  Descriptor epoll_;
  std::vector<Descriptor> members_;
  std::array<char, 64 * 1024> buffer_{};
};

}  // namespace weir::bench
