// ServerCore: what a Server hides, the workers and how they end. Layer: service. Owner: the Server.
//
//   workers_   one a loop, from the first listen() to the destructor
//   singles_   one a connection, in per-connection mode; joined by the first worker's thread soon
//              after they end, or by wait()
//
// server_core.cpp has its life, server_inspection.cpp what is asked of it.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "service/worker.hpp"
#include "weir/service/inspection.hpp"
#include "weir/service/server.hpp"

namespace weir {

class ServerCore final : public Worker::Host, public Inspection {
 public:
  explicit ServerCore(ServerOptions options)
      : options_(std::move(options)),
        connection_options_{options_.limits, options_.flow, options_.deadlines} {}

  Result<Endpoint> listen(std::string_view text, Service service, ListenerOptions options);
  std::pair<std::shared_ptr<const SessionTypes>, std::size_t> add_session_type(SessionType type) {
    if (started_) throw std::logic_error("Server::session() comes before start()");
    session_types_->push_back(type);
    return {session_types_, session_types_->size() - 1};
  }
  /// The first `run_by_caller` workers get no thread.
  Status start(std::size_t run_by_caller = 0);
  int run(Task on_ready);
  void stop(Duration deadline);
  DrainReport wait();
  [[nodiscard]] bool stopped() const { return stopped_.load(); }
  Inspection& inspect();

  // Inspection:
  [[nodiscard]] ServerStats stats() const override;
  [[nodiscard]] Phase phase() const override;
  [[nodiscard]] const ServerOptions& options() const override { return options_; }
  [[nodiscard]] std::vector<std::string> listening() const override;
  [[nodiscard]] std::vector<WatchedLoop> loops() const override;
  void each_place(
      const std::function<void(const PlaceFigures&, double tick_length)>& visit) const override;
  [[nodiscard]] std::vector<std::string> route_names() const override;
  bool list(std::uint64_t loop, std::size_t first, std::size_t most, TellList tell) override;
  bool close(std::uint64_t id, TellClosed tell) override;

 private:
  bool enter() override;
  void leave() override { active_.fetch_sub(1); }
  [[nodiscard]] bool thread_per_connection() const override {
    return options_.threads.per_connection && options_.loop == nullptr;
  }
  Status hand_over(Accepted accepted, const Service& service) override;
  [[nodiscard]] const std::shared_ptr<FailureBrakes>& brakes() const override { return brakes_; }
  [[nodiscard]] const SessionTypes& session_types() const override { return *session_types_; }
  void on_worker_done(Worker& worker) override;

  Status try_run(Task on_ready);
  Status make_workers();
  Result<Endpoint> bind(const Endpoint& endpoint, Service what, ListenerOptions options);
  void retire(Worker& single);
  void watch(Worker& worker);
  [[nodiscard]] Worker* worker_of(std::uint64_t number) const;

  ServerOptions options_;
  ConnectionOptions connection_options_;
  // Before workers_: their connections have values of these until they go.
  const std::shared_ptr<SessionTypes> session_types_ = std::make_shared<SessionTypes>();
  const std::shared_ptr<FailureBrakes> brakes_ = std::make_shared<FailureBrakes>();
  std::vector<std::unique_ptr<Service>> services_;
  std::vector<std::unique_ptr<Worker>> workers_;
  Error first_failure_;
  bool started_ = false;
  bool watched_ = false;

  std::mutex joining_;        // several threads may wait()
  mutable std::mutex mutex_;  // guards the next six
  std::list<std::unique_ptr<Worker>> singles_;
  ServerStats retired_;  // what singles counted that are gone
  DrainReport report_;
  std::size_t running_ = 0;  // workers that are not done
  bool stopping_ = false;
  std::unique_ptr<LoopMonitor> gone_;  // what singles counted that are gone; while it is watched

  std::uint64_t next_number_ = 1;  // the accepting worker's thread only, once started
  std::atomic<std::size_t> active_{0};
  std::atomic<bool> stopped_{false};
};

}  // namespace weir
