#include "weir/web/routes.hpp"

#include <stdexcept>

#include "web/path_tree.hpp"
#include "weir/http/tokens.hpp"

namespace weir::http {

Routes::Routes() : built_(std::make_shared<PathTree>()) {}

Routes::~Routes() = default;

std::string Routes::add(std::string_view method, std::string_view pattern, bool streams) {
  std::string name = std::string(method) + " " + std::string(pattern);
  const std::lock_guard lock(mutex_);
  try {
    if (!is_token(method)) throw std::invalid_argument("the method is no token");
    auto tree = std::make_shared<PathTree>();
    for (const Entry& each : entries_) {
      tree->add(each.method, parse_pattern(each.pattern), each.name, each.streams);
    }
    tree->add(method, parse_pattern(pattern), name, streams);
    entries_.push_back({name, std::string(method), std::string(pattern), streams});
    built_ = std::move(tree);
  } catch (const std::invalid_argument& why) {
    throw std::invalid_argument("route '" + name + "': " + why.what());
  }
  version_.fetch_add(1, std::memory_order_release);
  return name;
}

void Routes::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (std::erase_if(entries_, [&](const Entry& each) { return each.name == name; }) == 0) return;
  auto tree = std::make_shared<PathTree>();
  for (const Entry& each : entries_) {
    tree->add(each.method, parse_pattern(each.pattern), each.name, each.streams);
  }
  built_ = std::move(tree);
  version_.fetch_add(1, std::memory_order_release);
}

std::vector<std::string> Routes::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const Entry& each : entries_) names.push_back(each.name);
  return names;
}

const std::shared_ptr<const PathTree>& Routes::tree(EventLoop& loop) {
  Cached& cached = cached_.here(loop);
  const std::uint64_t version = version_.load(std::memory_order_acquire);
  if (cached.version != version) {
    const std::lock_guard lock(mutex_);
    cached.tree = built_;
    cached.version = version_.load(std::memory_order_relaxed);
  }
  return cached.tree;
}

void Routes::find(EventLoop& loop, std::string_view method, std::string_view path,
                  RouteMatch& match) {
  const std::shared_ptr<const PathTree>& present = tree(loop);
  if (match.tree != present) match.tree = present;
  present->find(method, path, match);
}

}  // namespace weir::http
