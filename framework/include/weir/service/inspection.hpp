// Inspection: what a server tells whoever looks into it while it runs. Layer: service.
// Server::inspect() gives it; the inspector (weir/inspector) is made of it. It lives as long as its
// server, so whoever asks ends before.
//
// Threads: any. Nothing here waits for a loop: what only the loop's thread may look at is told by a
// task that runs there, if the loop gets to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "weir/core/task.hpp"
#include "weir/io/loop_handle.hpp"
#include "weir/io/loop_monitor.hpp"
#include "weir/service/options.hpp"
#include "weir/service/server.hpp"
#include "weir/session/flight_recorder.hpp"

namespace weir {

/// One loop of a server; it may be gone already.
struct WatchedLoop {
  std::shared_ptr<LoopMonitor> monitor;
  LoopHandle loop;
  std::size_t connections = 0;
};

class Inspection {
 public:
  /// `serving` alone takes connections.
  enum class Phase : std::uint8_t { starting, serving, draining, stopped };
  using TellList = UniqueFunction<void(std::vector<ConnectionInfo>)>;
  using TellClosed = UniqueFunction<void(bool found)>;

  [[nodiscard]] virtual ServerStats stats() const = 0;
  [[nodiscard]] virtual Phase phase() const = 0;
  [[nodiscard]] virtual const ServerOptions& options() const = 0;
  /// The endpoints, as they were bound; once it serves, always the same.
  [[nodiscard]] virtual std::vector<std::string> listening() const = 0;
  [[nodiscard]] virtual std::vector<WatchedLoop> loops() const = 0;
  /// What each loop counted at each place, also what loops had that are gone: the same name comes
  /// several times. `visit` asks nothing of the server.
  virtual void each_place(
      const std::function<void(const PlaceFigures&, double tick_length)>& visit) const = 0;
  /// All routes of its listeners, also those that were never called; a name may come twice.
  [[nodiscard]] virtual std::vector<std::string> route_names() const = 0;
  /// `tell` gets, on its loop's thread, the connections of the loop of that number from `first` on,
  /// `most` at most, in no order. False when there is no such loop.
  virtual bool list(std::uint64_t loop, std::size_t first, std::size_t most, TellList tell) = 0;
  /// Ends the connection of that id (Session::id) orderly, or at once when it was told so before.
  /// `tell` is called on its loop's thread. False when there is no such loop.
  virtual bool close(std::uint64_t id, TellClosed tell) = 0;

 protected:
  ~Inspection() = default;
};

}  // namespace weir
