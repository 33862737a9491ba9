// Server: listeners, loops, threads and the end of them all. Layer: service.
// It owns its loops, their threads and their connections; it knows no framing and no handler but
// through ProtocolFactory.
//
//     weir::Server server;
//     server.listen("tcp://127.0.0.1:7000", weir::lines(), [](std::string_view line) {
//       return line;
//     });
//     return server.run();
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "weir/core/endpoint.hpp"
#include "weir/core/error.hpp"
#include "weir/service/options.hpp"
#include "weir/service/served.hpp"
#include "weir/session/close_reason.hpp"
#include "weir/session/framed_protocol.hpp"
#include "weir/session/per_session.hpp"

namespace weir {

class Inspection;
class ServerCore;

/// How the connections ended that were open when the server was told to stop.
struct DrainReport {
  std::size_t idle = 0;      // nothing was outstanding: closed at once
  std::size_t finished = 0;  // ended by themselves in time
  std::size_t cut = 0;       // were still busy at the deadline

  /// "drained: 3 idle, 2 finished, 0 cut"
  [[nodiscard]] std::string to_string() const;
};

/// What sockets that keep the boundaries of messages have met (MessageOptions).
struct MessageStats {
  std::uint64_t truncated = 0;   // came longer than they may be
  std::uint64_t empty = 0;       // came without a byte
  std::uint64_t dropped = 0;     // nobody could take them
  std::uint64_t unsendable = 0;  // the system did not take them, and would not later
  std::uint64_t amplifying = 0;  // not sent to an address that was not proven
  std::uint64_t displaced = 0;   // peers whose place a newer one took
};

/// What a server has counted since it was made, summed over its loops when it is asked for.
struct ServerStats {
  std::uint64_t accepted = 0;
  std::uint64_t active = 0;             // connections open now
  std::uint64_t refused_limit = 0;      // more than Limits::connections
  std::uint64_t refused_backend = 0;    // the backend could not serve one more
  std::uint64_t accept_pauses = 0;      // the system had no descriptor or memory for one more
  std::uint64_t accept_shed = 0;        // closed unserved at such a moment
  std::uint64_t handshakes_failed = 0;  // before the first byte: TLS, the PROXY protocol
  std::uint64_t handshakes_late = 0;    // cut at the handshake deadline
  MessageStats messages{};
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t frames_in = 0;
  std::uint64_t handler_failures = 0;
  std::uint64_t pauses = 0;  // times that a slow peer stopped its own input
  std::uint64_t queued = 0;  // bytes that wait for slow peers now
  std::uint64_t closed[close_reason_count] = {};

  [[nodiscard]] std::uint64_t closed_by(CloseReason reason) const {
    return closed[static_cast<std::size_t>(reason)];
  }
};

/// Threads: listen() and start() from one thread, before anything is served; stop() and stats()
/// from any; run() and wait() from any but the server's own; the destructor as these.
class Server {
 public:
  explicit Server(ServerOptions options = {});
  /// Stops with a deadline of zero, and waits.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds `endpoint` now and serves `handler` there once the server runs. Answers where it
  /// listens, with the port that the system chose for port 0. The error names the endpoint and the
  /// reason; it is kept, and start() fails with it. A handler takes (frame) or (frame, session)
  /// and answers nothing or a reply (framed_protocol.hpp); it is called from all the server's
  /// threads.
  template <Framing F, FrameHandler<F> H>
  Result<Endpoint> listen(std::string_view endpoint, F framing, H handler, Hooks hooks = {},
                          ListenerOptions options = {}) {
    return listen(endpoint,
                  std::make_unique<FramedService<F, H>>(std::move(framing), std::move(handler),
                                                        std::move(hooks)),
                  std::move(options));
  }
  /// The same for a protocol that is not a framing and a handler.
  Result<Endpoint> listen(std::string_view endpoint, std::unique_ptr<ProtocolFactory> factory,
                          ListenerOptions options = {});
  /// The same for connections that are served otherwise (served.hpp).
  Result<Endpoint> listen(std::string_view endpoint, std::shared_ptr<ServedFactory> factory,
                          ListenerOptions options = {});

  /// Every session gets a T of its own (per_session.hpp); each call is one more, also of the same
  /// type. Before start(), else throws std::logic_error.
  template <class T>
  [[nodiscard]] PerSession<T> session() {
    auto [types, place] = add_session_type(SessionType::of<T>());
    return PerSession<T>(std::move(types), place);
  }

  /// Begins to serve, on threads of its own, and returns. Once.
  Status start();
  /// Serves until it is stopped, by stop() or by SIGINT or SIGTERM: the first drains, the second
  /// ends at once, if need be (a handler that never returns) the process with status 1 a second
  /// later. A server of one loop runs it on this thread and has no other. Calls `on_ready` once
  /// signals and connections are taken. Answers what main() should: 0, or 1 after a line in the
  /// log about what could not be started.
  int run(Task on_ready = {});

  /// Closes the listeners, ends idle connections, lets busy ones finish until `deadline` from now
  /// and cuts the rest. Returns at once. Called again, the earlier deadline holds.
  void stop(Duration deadline);
  void stop();
  /// Waits until the server has stopped and its threads have ended. With ServerOptions::loop,
  /// which the caller runs, it does not wait.
  DrainReport wait();
  /// True when nothing is served any more.
  [[nodiscard]] bool stopped() const;

  [[nodiscard]] ServerStats stats() const;

  /// For an inspector (inspection.hpp), which asks as long as this server lives: from now on loops
  /// are watched and connections recorded. Before start(), else throws std::logic_error.
  [[nodiscard]] Inspection& inspect();

 private:
  std::pair<std::shared_ptr<const SessionTypes>, std::size_t> add_session_type(SessionType type);

  std::unique_ptr<ServerCore> core_;
};

}  // namespace weir
