// Routes: which method and which pattern of paths is which route. Layer: web.
// Shared by a Router and everything that serves it.
//
//     /users/{id}          a segment, not empty:  id
//     /files/{path...}     the rest, also empty:  path
//     /users/me            before /users/{id}, for it says more
//
//     entries_  --build()-->  PathTree, immutable  <-- each loop's cached pointer
//
// Segments of a path are compared after their percent-encoding is undone; a slash that is encoded
// does not part them (RFC 3986, section 2.2).
// Threads: any. A request costs a look at an atomic number and no lock.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "weir/io/per_loop.hpp"

namespace weir::http {

class PathTree;

/// What a path brought for the braces of its pattern, not decoded.
struct Capture {
  std::string_view name;  // the route's
  std::uint32_t begin = 0;
  std::uint32_t size = 0;
};

/// Where a request goes.
struct RouteMatch {
  static constexpr std::size_t max_captures = 8;

  enum class Kind : std::uint8_t { route, no_path, no_method };
  Kind kind = Kind::no_path;
  /// The name of the route: "GET /users/{id}". Lives as long as `tree`.
  std::string_view key{};
  /// Of route: its handler takes the body as it comes.
  bool streams = false;
  /// Of no_method: those that the path has, as the Allow field says them.
  std::string allow{};
  std::array<Capture, max_captures> captures{};
  std::size_t capture_count = 0;
  std::shared_ptr<const PathTree> tree{};
};

class Routes {
 public:
  Routes();
  ~Routes();
  Routes(const Routes&) = delete;
  Routes& operator=(const Routes&) = delete;

  /// Its name. Throws std::invalid_argument with what is wrong: the method is no token, the pattern
  /// does not begin with '/', an empty, repeated or unclosed brace, too many of them, text after a
  /// rest; or a pattern that differs from another one by the names in its braces alone.
  std::string add(std::string_view method, std::string_view pattern, bool streams = false);
  void remove(const std::string& name);
  /// All names, in the order of their adding.
  [[nodiscard]] std::vector<std::string> names() const;

  /// The route of `method` and `path`. HEAD goes where GET goes, unless it has a route of its own.
  /// Whatever `match` held before is forgotten.
  void find(EventLoop& loop, std::string_view method, std::string_view path, RouteMatch& match);

 private:
  struct Entry {
    std::string name;
    std::string method;
    std::string pattern;
    bool streams;
  };
  struct Cached {
    std::uint64_t version = 0;
    std::shared_ptr<const PathTree> tree;
  };

  [[nodiscard]] const std::shared_ptr<const PathTree>& tree(EventLoop& loop);

  mutable std::mutex mutex_;  // guards entries_ and built_
  std::vector<Entry> entries_;
  std::shared_ptr<const PathTree> built_;
  std::atomic<std::uint64_t> version_{1};
  PerLoop<Cached> cached_;
};

}  // namespace weir::http
