// files: a handler that answers with the files below a folder. Layer: web.
//
//     routes.get("/static/{path...}", weir::http::files("/srv/www").value());
//
// What the route's last brace captured, or else the whole path, is looked for below the folder.
// Nothing outside is ever reached: not by "..", however it is spelt, by a link, or while files are
// renamed. Devices, sockets and pipes are not there, nor are names that begin with a dot.
//
// ETag and Last-Modified, conditional requests, one Range of bytes (several are answered with the
// whole), a folder's index, and `name.br` or `name.gz` beside `name` for clients that take them.
// Opening and reading is done on the loop: a slow disk holds it up.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "weir/core/error.hpp"
#include "weir/core/time.hpp"
#include "weir/routing/handler.hpp"

namespace weir::http {

struct FilesOptions {
  /// Answered for a folder; empty: none is.
  std::string index = "index.html";
  /// A folder without an index is answered with the names in it, at most `list_most`, sorted.
  bool listing = false;
  std::size_t list_most = 10'000;
  /// Names that begin with a dot, and what lies in such folders.
  bool hidden = false;
  /// Look for `name.br` and `name.gz`.
  bool precompressed = true;
  /// Cache-Control: max-age; empty: none is said.
  std::string cache_control{};
  /// What was found is not looked for again so long, by each loop, so that a change is seen so much
  /// later. 0: always.
  Duration cache_for = std::chrono::seconds(1);
  /// Of one loop's cache: files, and bytes of those that are kept in memory. When one more would
  /// go past a bound, it begins anew.
  std::size_t cache_files = 256;
  std::size_t cache_bytes = 4 * 1024 * 1024;
  /// Files up to this size are read and kept in memory; larger ones go from the system's cache to
  /// the socket.
  std::size_t small_file = 64 * 1024;
};

/// The error names the folder.
[[nodiscard]] Result<std::shared_ptr<Handler>> files(const std::string& root,
                                                     FilesOptions options = {});

}  // namespace weir::http
