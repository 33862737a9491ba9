#include "weir/routing/router_core.hpp"

#include <stdexcept>
#include <utility>

#include "core/text.hpp"
#include "routing/route_table.hpp"

namespace weir {

namespace {

/// Behind the router's layers, so that these see what asks for nothing as well.
class NotFound final : public Handler {
 public:
  void call(Context& context) override { context.fail({.kind = FailureKind::not_found}); }
};

[[noreturn]] void wrong(const std::string& name, std::string_view why) {
  throw std::invalid_argument("route " + text::quoted(name, 100) + ": " + std::string(why));
}

}  // namespace

RouterCore::RouterCore() : groups_(1) {
  groups_[root].otherwise =
      std::make_unique<Entry>(make_entry(root, "*", std::make_shared<NotFound>(), {}));
}

RouterCore::~RouterCore() = default;

// --- changing --------------------------------------------------------------------------------

/// Names and numbers do not meet: a name begins with ':', a number with '#'.
std::string RouterCore::whole_key(Scope scope, const RouteKey& key) const {
  const std::string& prefix = groups_[scope].prefix;
  if (!key.numeric) return ":" + prefix + std::string(key.text);
  if (!prefix.empty()) wrong(std::to_string(key.number), "a number has no prefix");
  return "#" + std::to_string(key.number);
}

RouterCore::Entry RouterCore::make_entry(Scope scope, std::string name,
                                         std::shared_ptr<Handler> handler,
                                         std::vector<LayerPtr> layers) {
  Entry entry{scope, std::move(name), std::move(layers), std::move(handler), 0, nullptr};
  check_layers(entry, 0);
  if (free_indices_.empty()) {
    entry.index = next_index_++;
  } else {
    entry.index = free_indices_.back();
    free_indices_.pop_back();
  }
  return entry;
}

void RouterCore::check_layers(const Entry& entry, std::size_t more) const {
  if (entry.handler == nullptr) wrong(entry.name, "there is no handler");
  const std::vector<LayerPtr> layers = layers_of(entry);
  for (const LayerPtr& layer : layers) {
    if (layer == nullptr) wrong(entry.name, "a layer is missing");
  }
  if (layers.size() + more <= max_layers) return;
  wrong(entry.name, "more than " + std::to_string(max_layers) + " layers");
}

void RouterCore::changed() {
  built_ = nullptr;
  version_.store(next_version(), std::memory_order_release);
}

void RouterCore::add(Scope scope, const RouteKey& key, std::shared_ptr<Handler> handler,
                     std::vector<LayerPtr> layers) {
  const std::lock_guard lock(mutex_);
  std::string whole = whole_key(scope, key);
  std::string name = whole.substr(1);
  if (name.empty()) wrong(name, "it has no name");
  if (entries_.contains(whole)) wrong(name, "there is one already");
  entries_.emplace(std::move(whole),
                   make_entry(scope, std::move(name), std::move(handler), std::move(layers)));
  changed();
}

void RouterCore::set_otherwise(Scope scope, std::shared_ptr<Handler> handler,
                               std::vector<LayerPtr> layers) {
  const std::lock_guard lock(mutex_);
  Group& group = groups_[scope];
  const std::string name = group.prefix + "*";
  if (group.chosen) wrong(name, "there is one already");
  auto entry =
      std::make_unique<Entry>(make_entry(scope, name, std::move(handler), std::move(layers)));
  if (group.otherwise != nullptr) free_indices_.push_back(group.otherwise->index);
  group.otherwise = std::move(entry);
  group.chosen = true;
  changed();
}

void RouterCore::use(Scope scope, std::vector<LayerPtr> layers) {
  const std::lock_guard lock(mutex_);
  const auto inside = [&](const Entry& entry) {
    for (Scope at = entry.scope; at != scope; at = groups_[at].parent) {
      if (at == root) return false;
    }
    return true;
  };
  const auto each = [&](auto visit) {
    for (auto& [key, entry] : entries_) {
      if (inside(entry)) visit(entry);
    }
    for (Group& group : groups_) {
      if (group.otherwise != nullptr && inside(*group.otherwise)) visit(*group.otherwise);
    }
  };
  for (const LayerPtr& layer : layers) {
    if (layer == nullptr) wrong(groups_[scope].prefix + "*", "a layer is missing");
  }
  each([&](const Entry& entry) { check_layers(entry, layers.size()); });
  std::vector<LayerPtr>& present = groups_[scope].layers;
  present.insert(present.end(), layers.begin(), layers.end());
  each([](Entry& entry) { entry.route = nullptr; });
  changed();
}

RouterCore::Scope RouterCore::group(Scope parent, std::string_view prefix) {
  const std::lock_guard lock(mutex_);
  groups_.push_back(
      Group{parent, groups_[parent].prefix + std::string(prefix), {}, nullptr, false});
  return groups_.size() - 1;
}

bool RouterCore::remove(Scope scope, const RouteKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(whole_key(scope, key));
  if (found == entries_.end()) return false;
  free_indices_.push_back(found->second.index);
  entries_.erase(found);
  changed();
  return true;
}

std::vector<std::string> RouterCore::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [key, entry] : entries_) names.push_back(entry.name);
  return names;
}

// --- the way to a route ----------------------------------------------------------------------

std::vector<LayerPtr> RouterCore::layers_of(const Entry& entry) const {
  std::vector<LayerPtr> layers = entry.layers;
  for (Scope at = entry.scope;; at = groups_[at].parent) {
    const std::vector<LayerPtr>& outer = groups_[at].layers;
    layers.insert(layers.begin(), outer.begin(), outer.end());
    if (at == root) return layers;
  }
}

/// Most routes have the layers of the one before: their list stays in the processor's cache then.
std::shared_ptr<const Layers> RouterCore::share_layers(Layers layers) {
  if (last_layers_ == nullptr || *last_layers_ != layers) {
    last_layers_ = std::make_shared<const Layers>(std::move(layers));
  }
  return last_layers_;
}

const std::shared_ptr<const Route>& RouterCore::route_of(Entry& entry) {
  if (entry.route == nullptr) {
    auto route = std::make_shared<Route>();
    route->name = entry.name;
    route->id = ++last_id_;
    route->index = entry.index;
    route->layers = share_layers(layers_of(entry));
    for (std::size_t i = 0; i < route->layers->size(); ++i) {
      if ((*route->layers)[i]->wants_settled()) route->told |= std::uint32_t{1} << i;
    }
    route->handler = entry.handler;
    entry.route = std::move(route);
  }
  return entry.route;
}

void RouterCore::build() {
  auto table = std::make_shared<RouteTable>(entries_.size());
  for (auto& [key, entry] : entries_) {
    if (key.front() == '#') {
      table->insert(std::uint64_t{std::stoull(key.substr(1))}, route_of(entry));
    } else {
      table->insert(std::string_view(entry.name), route_of(entry));
    }
  }
  for (Group& group : groups_) {
    if (group.otherwise == nullptr) continue;
    table->insert_otherwise(group.prefix, route_of(*group.otherwise));
  }
  last_layers_ = nullptr;
  built_ = std::move(table);
}

const RouteTable& RouterCore::table(EventLoop& loop) {
  Cached& cached = cached_.here(loop);
  if (cached.version != version_.load(std::memory_order_acquire)) {
    const std::lock_guard lock(mutex_);
    if (built_ == nullptr) build();
    cached.table = built_;
    cached.version = version_.load(std::memory_order_relaxed);
  }
  return *cached.table;
}

std::uint64_t RouterCore::next_version() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

void RouterCore::dispatch(const RouteKey& key, Context& context) {
  // The loop keeps a table as long as its version is the present one.
  const std::uint64_t version = version_.load(std::memory_order_acquire);
  if (context.table_version_ != version) {
    context.table_ = &table(context.loop());
    context.table_version_ = version;
  }
  context.route_ = &context.table_->find(key);
  __builtin_prefetch(context.route_->handler.get());
  if (LoopMonitor* monitor = context.loop().monitor()) [[unlikely]] {
    context.call_watched(*monitor);
  } else {
    Next{0}(context);
  }
  // The table may change before the request is settled.
  if (!context.settled()) context.kept_route_ = context.route_->shared_from_this();
}

}  // namespace weir
