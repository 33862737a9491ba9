// Streams: the messages of other processes in their publishers' order, each once. Layer: bus,
// private. Owned by its bus; on its loop's thread. Does no I/O: it says what to ask, and is told
// the time.
//
//     one publisher's run in one topic:
//
//         delivered        missing: asked for        early, held back
//       1 2 3 4 5 6       [7]      [8]      9         10    12
//                          next                              known_last
//
// What is asked for and does not come is lost, and the subscribers are told in its place.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bus/bus_wire.hpp"
#include "bus/topics.hpp"
#include "weir/core/time.hpp"

namespace weir {

class Streams {
 public:
  class Listener {
   public:
    virtual void on_message(std::string_view topic, const SharedText& text) = 0;
    /// 0: nobody can say how many.
    virtual void on_lost(std::string_view topic, std::uint64_t messages) = 0;
    /// Asks `from` to send `first` to `last` again; 0: what came since this process subscribed.
    virtual void on_missing(std::string_view topic, std::uint64_t from, std::uint64_t run,
                            std::uint64_t first, std::uint64_t last) = 0;

   protected:
    ~Listener() = default;
  };
  struct Counters {
    std::uint64_t received = 0, doubles = 0, gaps = 0, healed = 0, lost = 0;
  };
  /// Between two requests for the same.
  static constexpr Duration ask_again = std::chrono::milliseconds(500);

  Streams(const BusOptions& options, Listener& listener) : options_(options), listener_(listener) {}

  void take(const BusPacket& packet, TimePoint now);
  /// The subscription was lost and is healed: every publisher that is known must be heard of again.
  void expect_all(TimePoint now);
  /// Nobody subscribes to `topic` any more.
  void forget(std::string_view topic);
  /// Is there something that on_time() would ask for, or give up?
  [[nodiscard]] bool pending() const { return gaps_ != 0 || expected_ != 0; }
  void on_time(TimePoint now);
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Stream {
    std::string topic;
    std::uint64_t from = 0;
    std::uint64_t run = 0;
    std::uint64_t next = 0;  // 0: where it begins is not known
    std::uint64_t known_last = 0;
    std::map<std::uint64_t, SharedText> early{};
    bool gap = false;
    TimePoint progress_at{};  // of the gap
    TimePoint asked_at{};
    std::uint64_t asked_from = 0;  // `next` when it was asked for
    bool expected = false;
    TimePoint expected_until{};
  };
  using Place = std::list<Stream>::iterator;

  void take_message(Stream& stream, const BusPacket& packet, TimePoint now);
  void take_standing(Stream& stream, const BusPacket& packet, TimePoint now);
  Stream& stream_of(const BusPacket& packet);
  void begin_run(Stream& stream, std::uint64_t run);
  void settle(Stream& stream, TimePoint now);
  void ask(Stream& stream, TimePoint now);
  void lose_up_to(Stream& stream, std::uint64_t sequence);
  void give_up(Stream& stream, TimePoint now);
  void heard(Stream& stream);
  void close_gap(Stream& stream);
  void drop_early(Stream& stream);
  void erase(Place place);

  const BusOptions& options_;
  Listener& listener_;
  std::list<Stream> streams_;  // heard of last at the front
  ByText<std::unordered_map<std::uint64_t, Place>> by_topic_;
  std::size_t gaps_ = 0;
  std::size_t expected_ = 0;
  std::size_t early_messages_ = 0;
  std::size_t early_bytes_ = 0;
  Counters counters_;
};

}  // namespace weir
