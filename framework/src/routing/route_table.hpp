// RouteTable: the routes of one version of a router. Layer: routing, private. Immutable.
//
//   names_    [hash, route] [      ] [hash, route] ...   open addressing, at most half full;
//   numbers_  [hash, route] [      ] ...                 four slots a cache line
//   others_   the longest prefix first, the router's own "" last
//
// Whoever sends requests chooses their keys, but what a lookup costs is settled by the keys that
// were registered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/routing/router_core.hpp"

namespace weir {

class RouteTable {
 public:
  /// For at most so many names, and so many numbers.
  explicit RouteTable(std::size_t routes);

  void insert(std::string_view name, std::shared_ptr<const Route> route);
  void insert(std::uint64_t number, std::shared_ptr<const Route> route);
  void insert_otherwise(std::string prefix, std::shared_ptr<const Route> route);

  [[nodiscard]] const Route& find(const RouteKey& key) const;

 private:
  struct Slot {
    std::uint64_t hash = 0;
    const Route* route = nullptr;
  };
  class Slots {
   public:
    explicit Slots(std::size_t routes);
    void insert(std::uint64_t hash, const Route& route);
    /// The first route of this hash that `fits`, or nullptr.
    template <class Fits>
    [[nodiscard]] const Route* find(std::uint64_t hash, Fits fits) const;

   private:
    std::size_t mask_;
    int shift_;  // the upper bits of a hash
    std::vector<Slot> slots_;
  };
  struct Other {
    std::string prefix;
    std::shared_ptr<const Route> route;
  };

  Slots names_;
  Slots numbers_;
  std::vector<std::shared_ptr<const Route>> routes_;
  std::vector<Other> others_;
};

}  // namespace weir
