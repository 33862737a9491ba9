// RouteTable: the routes of one version of a router. Layer: routing, private. Immutable.
//
//   slots_   [hash, route] [      ] [hash, route] ...    open addressing, at most half full
//   others_  the longest prefix first, the router's own "" last
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
  explicit RouteTable(std::size_t routes);

  void insert(const RouteKey& key, std::shared_ptr<const Route> route);
  void insert_otherwise(std::string prefix, std::shared_ptr<const Route> route);

  [[nodiscard]] const Route& find(const RouteKey& key) const;

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint64_t number = 0;
    bool numeric = false;
    std::string text;
    std::shared_ptr<const Route> route;
  };
  struct Other {
    std::string prefix;
    std::shared_ptr<const Route> route;
  };

  std::size_t mask_;
  std::vector<Slot> slots_;
  std::vector<Other> others_;
};

}  // namespace weir
