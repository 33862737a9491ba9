// PathTree: patterns of paths, segment by segment. Layer: web, private. Immutable once built;
// shared by all threads.
//
//     /users          GET, POST
//       /me           GET                  a literal comes first,
//       /{}           GET, DELETE          then any one segment,
//         /posts      GET
//       /{...}        GET                  then any rest
//
// Looking goes back when a literal leads nowhere, so it costs at most two to the power of the
// segments of the longest pattern, which the program wrote, not the peer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/web/routes.hpp"

namespace weir::http {

/// What a pattern is made of. Throws std::invalid_argument with what is wrong with it.
struct PatternPart {
  enum class Kind : std::uint8_t { literal, segment, rest };
  Kind kind;
  std::string text;  // the literal, or the name
};
[[nodiscard]] std::vector<PatternPart> parse_pattern(std::string_view pattern);

class PathTree {
 public:
  PathTree() : nodes_(1) {}

  /// `name` is the route's. Throws std::invalid_argument when there is such a pattern already.
  void add(std::string_view method, const std::vector<PatternPart>& parts, const std::string& name,
           bool streams);
  void find(std::string_view method, std::string_view path, RouteMatch& match) const;

 private:
  static constexpr std::uint32_t none = 0;  // the root is nobody's child

  struct Target {
    std::string method;
    std::string name;
    std::vector<std::string> captures;
    bool streams;
  };
  struct Node {
    std::vector<std::pair<std::string, std::uint32_t>> literals;  // the shorter first
    std::uint32_t segment = none;
    std::uint32_t rest = none;
    std::vector<Target> targets;  // of what ends here
    [[nodiscard]] const Target* with(std::string_view method) const {
      for (const Target& each : targets) {
        if (each.method == method) return &each;
      }
      return nullptr;
    }
  };
  /// Where a path is being looked for.
  struct Search {
    std::string_view path;
    std::size_t depth = 0;
    RouteMatch& match;
  };

  [[nodiscard]] std::uint32_t child(std::uint32_t parent, const PatternPart& part);
  /// The node where the path ends whose next segment begins at `at`; none.
  [[nodiscard]] const Node* descend(const Node& node, std::size_t at, Search& search) const;
  [[nodiscard]] const Node* literal(const Node& node, std::string_view segment) const;

  std::vector<Node> nodes_;
};

}  // namespace weir::http
