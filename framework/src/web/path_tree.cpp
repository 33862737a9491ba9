#include "web/path_tree.hpp"

#include <algorithm>
#include <stdexcept>

#include "weir/http/uri.hpp"

namespace weir::http {

namespace {

[[noreturn]] void wrong(std::string_view why) { throw std::invalid_argument(std::string(why)); }

PatternPart part_of(std::string_view segment) {
  if (segment.find_first_of("{}") == std::string_view::npos) {
    return {PatternPart::Kind::literal, std::string(segment)};
  }
  if (segment.size() < 2 || segment.front() != '{' || segment.back() != '}') {
    wrong("a segment is a text, or a name in braces");
  }
  std::string_view name = segment.substr(1, segment.size() - 2);
  const bool rest = name.ends_with("...");
  if (rest) name.remove_suffix(3);
  if (name.empty() || name.find_first_of("{}.") != std::string_view::npos) {
    wrong("braces hold a name");
  }
  return {rest ? PatternPart::Kind::rest : PatternPart::Kind::segment, std::string(name)};
}

/// The order of literals: most comparisons end at the sizes.
bool comes_before(std::string_view one, std::string_view other) {
  return one.size() != other.size() ? one.size() < other.size() : one < other;
}

}  // namespace

std::vector<PatternPart> parse_pattern(std::string_view pattern) {
  if (pattern == "*") return {{PatternPart::Kind::literal, "*"}};
  if (!pattern.starts_with('/')) wrong("a pattern begins with '/'");
  std::vector<PatternPart> parts;
  std::size_t captures = 0;
  for (std::size_t at = 1;;) {
    const std::size_t end = std::min(pattern.find('/', at), pattern.size());
    parts.push_back(part_of(pattern.substr(at, end - at)));
    const PatternPart& made = parts.back();
    if (made.kind != PatternPart::Kind::literal && ++captures > RouteMatch::max_captures) {
      wrong("more than " + std::to_string(RouteMatch::max_captures) + " names in braces");
    }
    for (const PatternPart& other : parts) {
      if (&other != &made && made.kind != PatternPart::Kind::literal &&
          other.kind != PatternPart::Kind::literal && other.text == made.text) {
        wrong("the name '" + made.text + "' twice");
      }
    }
    if (end == pattern.size()) return parts;
    if (made.kind == PatternPart::Kind::rest) wrong("nothing comes behind a rest");
    at = end + 1;
  }
}

std::uint32_t PathTree::child(std::uint32_t parent, const PatternPart& part) {
  const auto made = static_cast<std::uint32_t>(nodes_.size());
  Node& node = nodes_[parent];
  if (part.kind == PatternPart::Kind::literal) {
    const auto place = std::lower_bound(
        node.literals.begin(), node.literals.end(), part.text,
        [](const auto& each, std::string_view text) { return comes_before(each.first, text); });
    if (place != node.literals.end() && place->first == part.text) return place->second;
    node.literals.emplace(place, part.text, made);
  } else {
    std::uint32_t& place = part.kind == PatternPart::Kind::rest ? node.rest : node.segment;
    if (place != none) return place;
    place = made;
  }
  nodes_.emplace_back();
  return made;
}

void PathTree::add(std::string_view method, const std::vector<PatternPart>& parts,
                   const std::string& name, bool streams) {
  std::uint32_t at = 0;
  Target target{std::string(method), name, {}, streams};
  for (const PatternPart& part : parts) {
    at = child(at, part);
    if (part.kind != PatternPart::Kind::literal) target.captures.push_back(part.text);
  }
  for (const Target& other : nodes_[at].targets) {
    if (other.method == method) wrong("there is one already: " + other.name);
  }
  nodes_[at].targets.push_back(std::move(target));
}

const PathTree::Node* PathTree::literal(const Node& node, std::string_view segment) const {
  const auto place = std::lower_bound(
      node.literals.begin(), node.literals.end(), segment,
      [](const auto& each, std::string_view text) { return comes_before(each.first, text); });
  if (place == node.literals.end() || place->first != segment) return nullptr;
  return &nodes_[place->second];
}

const PathTree::Node* PathTree::descend(const Node& node, std::size_t at, Search& search) const {
  const std::string_view path = search.path;
  if (at > path.size()) return node.targets.empty() ? nullptr : &node;
  const std::size_t end = std::min(path.find('/', at), path.size());
  const std::string_view segment = path.substr(at, end - at);
  if (!node.literals.empty()) {
    const Node* next = nullptr;
    if (segment.find('%') == std::string_view::npos) {
      next = literal(node, segment);
    } else if (const auto decoded = percent_decode(segment)) {
      next = literal(node, *decoded);
    }
    if (next != nullptr) {
      if (const Node* found = descend(*next, end + 1, search)) return found;
    }
  }
  const auto capture = [&](std::uint32_t to, std::size_t size, std::size_t behind) -> const Node* {
    search.match.captures[search.depth++] = {
        {}, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(size)};
    const Node* found = descend(nodes_[to], behind, search);
    if (found == nullptr) --search.depth;
    return found;
  };
  if (node.segment != none && !segment.empty()) {
    if (const Node* found = capture(node.segment, segment.size(), end + 1)) return found;
  }
  if (node.rest != none) return capture(node.rest, path.size() - at, path.size() + 1);
  return nullptr;
}

void PathTree::find(std::string_view method, std::string_view path, RouteMatch& match) const {
  match.kind = RouteMatch::Kind::no_path;
  match.streams = false;
  match.key = {};
  match.allow.clear();
  Search search{path, 0, match};
  const Node* node = nullptr;
  if (path == "*") {
    node = literal(nodes_.front(), path);
  } else if (path.starts_with('/')) {
    node = descend(nodes_.front(), 1, search);
  }
  match.capture_count = search.depth;
  if (node == nullptr) return;
  const Target* target = node->with(method);
  if (target == nullptr && method == "HEAD") target = node->with("GET");
  if (target == nullptr) {
    match.kind = RouteMatch::Kind::no_method;
    for (const Target& each : node->targets) {
      if (!match.allow.empty()) match.allow += ", ";
      match.allow += each.method;
      if (each.method == "GET" && node->with("HEAD") == nullptr) match.allow += ", HEAD";
    }
    if (node->with("OPTIONS") == nullptr) match.allow += ", OPTIONS";
    return;
  }
  match.kind = RouteMatch::Kind::route;
  match.key = target->name;
  match.streams = target->streams;
  for (std::size_t i = 0; i < match.capture_count; ++i) {
    match.captures[i].name = target->captures[i];
  }
}

}  // namespace weir::http
