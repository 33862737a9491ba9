// RouterCore: keys, layers and handlers, and the way from a key to its route. Layer: routing.
// Shared by a Router, its groups and everything that serves it. It knows no framing and no types of
// handlers.
//
//   routes_, scopes_  --build()-->  RouteTable, immutable  <-- each loop's cached pointer
//   under a lock                    open addressing             compared with version_ a request
//
// Threads: any. A request costs one look at an atomic number, one lookup and no lock; a change is
// seen by requests that are routed after it.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "weir/io/per_loop.hpp"
#include "weir/routing/context.hpp"
#include "weir/routing/handler.hpp"
#include "weir/routing/layer.hpp"

namespace weir {

/// What a request asks for: a name or a number. A name is lent.
struct RouteKey {
  RouteKey(std::string_view key) : text(key) {}
  RouteKey(const char* key) : text(key) {}
  RouteKey(const std::string& key) : text(key) {}
  template <std::unsigned_integral N>
  RouteKey(N key) : number(key), numeric(true) {}
  /// Negative numbers are none.
  template <std::signed_integral N>
  RouteKey(N key) : number(static_cast<std::uint64_t>(key)), numeric(true) {}

  friend bool operator==(const RouteKey&, const RouteKey&) = default;

  std::string_view text;
  std::uint64_t number = 0;
  bool numeric = false;
};

class RouteTable;

class RouterCore {
 public:
  /// A group of routes; the first one is the router itself.
  using Scope = std::size_t;
  static constexpr Scope root = 0;

  RouterCore();
  ~RouterCore();
  RouterCore(const RouterCore&) = delete;
  RouterCore& operator=(const RouterCore&) = delete;

  // What Router offers (router.hpp). All throw std::invalid_argument with a line that says what is
  // wrong, and change nothing then.
  void add(Scope scope, const RouteKey& key, std::shared_ptr<Handler> handler,
           std::vector<LayerPtr> layers);
  void set_otherwise(Scope scope, std::shared_ptr<Handler> handler, std::vector<LayerPtr> layers);
  void use(Scope scope, std::vector<LayerPtr> layers);
  [[nodiscard]] Scope group(Scope parent, std::string_view prefix);
  bool remove(Scope scope, const RouteKey& key);
  /// The names of all routes, sorted.
  [[nodiscard]] std::vector<std::string> names() const;

  /// Sends a request to the layers and the handler of its key. On the request's loop. When it
  /// returns, the request is settled, or somebody holds a Responder of it, or nobody will answer:
  /// call context.handler_returned().
  void dispatch(const RouteKey& key, Context& context);

 private:
  struct Entry {
    Scope scope = root;
    std::string name;
    std::vector<LayerPtr> layers;  // its own
    std::shared_ptr<Handler> handler;
    std::uint32_t index = 0;
    std::shared_ptr<const Route> route;  // with the layers of its groups, once asked for
  };
  struct Group {
    Scope parent = root;
    std::string prefix;  // whole
    std::vector<LayerPtr> layers;
    std::unique_ptr<Entry> otherwise;
    bool chosen = false;  // `otherwise` is the program's
  };
  struct Cached {
    std::uint64_t version = 0;
    std::shared_ptr<const RouteTable> table;
  };

  [[nodiscard]] const RouteTable& table(EventLoop& loop);
  [[nodiscard]] static std::uint64_t next_version();
  void build();
  [[nodiscard]] const std::shared_ptr<const Route>& route_of(Entry& entry);
  [[nodiscard]] std::vector<LayerPtr> layers_of(const Entry& entry) const;
  [[nodiscard]] std::shared_ptr<const Layers> share_layers(Layers layers);
  [[nodiscard]] Entry make_entry(Scope scope, std::string name, std::shared_ptr<Handler> handler,
                                 std::vector<LayerPtr> layers);
  [[nodiscard]] std::string whole_key(Scope scope, const RouteKey& key) const;
  void check_layers(const Entry& entry, std::size_t more) const;
  void changed();

  mutable std::mutex mutex_;  // guards all but version_ and cached_
  std::vector<Group> groups_;
  std::map<std::string, Entry> entries_;     // by whole_key()
  std::shared_ptr<const RouteTable> built_;  // of the present version, once asked for
  std::shared_ptr<const Layers> last_layers_;
  std::vector<std::uint32_t> free_indices_;
  std::uint32_t next_index_ = 0;
  std::uint64_t last_id_ = 0;
  std::atomic<std::uint64_t> version_{next_version()};  // no other router's, ever
  PerLoop<Cached> cached_;
};

}  // namespace weir
