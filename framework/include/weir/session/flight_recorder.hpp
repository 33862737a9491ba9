// FlightRecorder: what came and went last on one connection. Layer: session.
// Owned by the protocol of a connection whose loop is watched; 0.5 KB. On the loop's thread.
//
//     records_   [5] [6] [7] [0] [1] [2] [3] [4]     the newest one takes the oldest one's place
//                             ^ next_
//
// A record is one frame, or one message sent unasked. Frames of one read that nothing is answered
// to share one, and it says how many they are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "weir/core/socket_address.hpp"
#include "weir/core/time.hpp"
#include "weir/io/loop_monitor.hpp"

namespace weir {

struct FrameRecord {
  /// When its last byte was read, or it was sent.
  TimePoint at{};
  std::uint64_t frames = 0;  // 0: a message sent unasked
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;  // what was answered at once
  /// In the protocol and the handler, until that returned.
  Duration took{};
};

/// A connection, as an inspector shows it.
struct ConnectionInfo {
  std::uint64_t id = 0;  // Session::id()
  std::string service{};
  SocketAddress peer{};
  Duration age{};
  Duration quiet{};  // since the last byte either way
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t frames = 0;
  std::size_t queued = 0;
  std::size_t handlers_out = 0;
  bool reading = true;                // false: the peer, or the handler, is too slow
  bool ending = false;                // it was decided that it ends
  std::string upstream{};             // of a relayed one
  std::vector<FrameRecord> recent{};  // the oldest first
};

class FlightRecorder {
 public:
  static constexpr std::size_t size = 8;

  FlightRecorder(LoopMonitor& monitor, PlaceFigures& place, TimePoint now)
      : monitor_(monitor), place_(place), since_(now) {}

  /// Around Protocol::on_input(), which counts frames from `frames` on.
  void enter(std::uint64_t frames);
  struct Left {
    TimePoint now;
    std::uint64_t frames;
    std::size_t went_out;  // handlers that will answer later
    std::size_t bytes_in;
    std::size_t bytes_out;
    bool failed;  // it threw
  };
  void leave(const Left& left);
  /// A handler that was out is no more.
  void answered();
  void sent(TimePoint now, std::uint64_t bytes) { add({{.at = now, .bytes_out = bytes}, 0}); }

  void describe(TimePoint now, ConnectionInfo& info) const;

 private:
  struct Record {
    FrameRecord frame;
    std::uint64_t ticks = 0;  // what it took: turned into a time when somebody looks
  };
  void add(const Record& record) { records_[next_++ % size] = record; }

  LoopMonitor& monitor_;
  PlaceFigures& place_;
  TimePoint since_;
  std::array<Record, size> records_{};
  std::uint64_t next_ = 0;  // how many there ever were
  std::uint64_t bytes_in_ = 0;
  std::uint64_t frames_ = 0;
  // Of the present on_input():
  LoopMonitor::Inside outer_{};
  std::uint64_t began_ = 0;
  std::uint64_t frames_before_ = 0;
  std::uint64_t entered_ = 0;
  // Of handlers that are out and that no router counts:
  std::size_t out_ = 0;
  std::uint64_t out_since_ = 0;
};

}  // namespace weir
