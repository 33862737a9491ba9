// Listing: one answer to "which connections are there?", gathered from the loops that have them.
// Layer: inspector, private.
//
//   inspector's loop:  ask() --tasks--> loops --their parts--> post back --all there, or the
//                                                              deadline--> JSON --> Responder
//
// Connections have no order: a part is some of the places from `from` on, as loops count them, and
// what ends meanwhile moves others.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "weir/io/event_loop.hpp"
#include "weir/io/loop_handle.hpp"
#include "weir/service/inspection.hpp"
#include "weir/session/responder.hpp"

namespace weir::inspect {

/// What is asked of one loop.
struct ListPart {
  std::uint64_t loop = 0;
  std::size_t first = 0;
  std::size_t most = 0;
  bool answered = false;
  bool stale = false;  // of an earlier answer
  std::vector<ConnectionInfo> connections{};
};

struct Listing {
  std::size_t from = 0;
  std::size_t total = 0;  // connections that there are
  std::vector<ListPart> parts{};
};

/// Which places of which loops are the `most` connections from `from` on; `loops` in their order.
[[nodiscard]] Listing plan_listing(const std::vector<WatchedLoop>& loops, std::size_t from,
                                   std::size_t most);

[[nodiscard]] std::string listing_json(const Listing& listing, TimePoint now);

/// Belongs to the inspector's loop.
class Lister {
 public:
  /// All that it keeps of what loops told, at most.
  static constexpr std::size_t most_kept = 1000;

  Lister(Inspection& server, EventLoop& loop, Duration deadline)
      : server_(server), loop_(loop), deadline_(deadline) {}

  void ask(std::size_t from, std::size_t most, const Responder& responder);

 private:
  struct Gathering {
    Listing listing;
    std::size_t missing = 0;
    bool told = false;
    Responder responder;
  };

  void tell(Gathering& gathering);
  void keep(const ListPart& part);
  void recall(ListPart& part) const;

  Inspection& server_;
  EventLoop& loop_;
  Duration deadline_;
  std::deque<ListPart> kept_;  // the newest last
};

}  // namespace weir::inspect
