// Inspector: looks into a running server, over HTTP, from a loop and a thread of its own.
// Layer: inspector; links weir::inspector.
//
//     weir::Server server;
//     server.listen(...);
//     weir::Inspector inspector(server);
//     if (!inspector.listen("tcp://127.0.0.1:9901").ok()) return 1;
//     return server.run();
//
//     GET  /                        a page that shows all that, live
//     GET  /metrics                 Prometheus' text format, version 0.0.4
//     GET  /health, /ready          200; /ready 503 before it serves and while it drains
//     GET  /snapshot?since=N        JSON: figures, loops, routes, and a history of the last minutes
//     GET  /connections?from=&limit=  JSON: a part of the connections, with their last frames
//     GET  /routes                  JSON: calls, failures and times of each route
//     GET  /log-level               its name; POST sets it to the name in the body
//     POST /connections/{id}/close  orderly; once more: at once
//
// It asks the server's loops by tasks and with a deadline, so that it answers also while they are
// held up; then what a loop told last is shown, marked as stale. A watchdog logs which route holds
// a loop, and for how long.
//
// Who may ask: whoever reaches it, on loopback or a Unix socket, whose file gets the mode 0600;
// anywhere else it wants a token (RFC 6750, section 2.1). Hosts with names that it does not know
// are refused (DNS rebinding), and POST is refused from other sites' pages.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/core/endpoint.hpp"
#include "weir/core/error.hpp"
#include "weir/core/time.hpp"
#include "weir/inspector/figure.hpp"
#include "weir/service/server.hpp"

namespace weir {

struct InspectorOptions {
  /// Of the program, for the page's head.
  std::string name{};
  /// Who asks shows it as "Authorization: Bearer TOKEN". 16 bytes at least; empty: nobody is asked.
  std::string token{};
  /// Names that the Host field may have where no token is asked for, beside addresses and
  /// "localhost".
  std::vector<std::string> hosts{};
  /// The inspector's own connections at once.
  std::size_t clients = 64;
  /// The most connections that one answer lists.
  std::size_t page_size = 1000;
  /// How long a loop has to tell what it is asked for.
  Duration answer = std::chrono::milliseconds(250);
  /// A loop that is held longer is logged, and looked at so often.
  Duration stall = std::chrono::milliseconds(100);
  Duration beat = std::chrono::milliseconds(20);
  /// How often a loop is asked to answer, which wakes it.
  Duration probe = std::chrono::milliseconds(100);
  /// Seconds that the history goes back.
  std::size_t history = 300;
  /// Figures of the application's own; called on the inspector's thread, at most once a request.
  std::function<std::vector<Figure>()> figures{};
};

/// Threads: used by the one that made it. It ends before its server does.
class Inspector {
 public:
  /// Before Server::start(), else throws std::logic_error: from now on loops are watched and
  /// connections recorded, which costs 0.5 KB a connection and some 300 instructions a frame.
  explicit Inspector(Server& server, InspectorOptions options = {});
  ~Inspector();
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  /// What listen() would refuse without binding anything: another scheme than tcp and unix, a place
  /// that is not this machine's own without a token, a token that is too short. May ask the
  /// system's resolver.
  [[nodiscard]] static Status check(std::string_view endpoint, const InspectorOptions& options);
  /// Binds and begins to answer, on a thread of its own. Once. Answers where it listens.
  Result<Endpoint> listen(std::string_view endpoint);
  /// "http://127.0.0.1:9901/", or "unix:///run/weir.sock", once it listens.
  [[nodiscard]] const std::string& url() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace weir
