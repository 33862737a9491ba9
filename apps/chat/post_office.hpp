// PostOffice: the hall's packets on a bus (weir/bus/bus.hpp), all on one topic: every process keeps
// every room, so that it can show it to whoever comes.
//
// A lost bus: what is said is heard here at once and by others when it is healed; people are told.
#pragma once

#include <memory>
#include <string>

#include "chat/hall.hpp"
#include "weir/bus/bus.hpp"
#include "weir/core/log.hpp"

namespace weir::chat {

class PostOffice {
 public:
  /// The error is for a person who wrote `address`. `options.loop` is set. It, and the hall, which
  /// may be used when this answers, outlive the post office.
  static Result<std::unique_ptr<PostOffice>> open(const std::string& address, BusOptions options,
                                                  Hall& hall);
  /// Tells the other processes every few seconds who is here, and, when they can be reached, asks
  /// them what was said. Once, before the loop runs.
  void begin(EventLoop& loop);
  void post(const Packet& packet);

 private:
  PostOffice(Hall& hall, Log log) : hall_(hall), log_(std::move(log)) {}
  void take(std::string_view text);
  void announce_later(EventLoop& loop);

  Hall& hall_;
  Log log_;
  LogBrake brake_;
  std::unique_ptr<Bus> bus_;
  Subscription subscription_;
};

}  // namespace weir::chat
