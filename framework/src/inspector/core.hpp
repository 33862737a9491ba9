// Inspector::Core: the inspector's loop, its thread, and what it does by itself. Layer: inspector,
// private.
//
//   thread_ --runs--> loop_ --beat--> asks the server's loops, watches them     watchdog_
//                           --second-> a moment of the history                  history_
//                           --HTTP---> site_ answers                            http_
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "inspector/history.hpp"
#include "inspector/listing.hpp"
#include "inspector/prometheus.hpp"
#include "inspector/watchdog.hpp"
#include "weir/inspector/inspector.hpp"
#include "weir/io/event_loop.hpp"
#include "weir/service/inspection.hpp"
#include "weir/web/router.hpp"

namespace weir {

class Inspector::Core {
 public:
  Core(Server& server, InspectorOptions options);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  Result<Endpoint> listen(std::string_view endpoint);
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  /// Loops that one beat looks at, of more in turn.
  static constexpr std::size_t loops_a_beat = 256;

  void beat();
  void second();
  void watch(const WatchedLoop& watched);

  // What is answered; core_answers.cpp.
  [[nodiscard]] http::Router make_routes(bool check_host);
  void add_actions(http::Router& routes);
  /// Empty when the request may go on.
  [[nodiscard]] std::optional<http::Response> refuse(const http::Request& request, bool check_host);
  [[nodiscard]] std::string snapshot(std::uint64_t since);
  [[nodiscard]] std::string routes_json() const;
  [[nodiscard]] std::string metrics();
  [[nodiscard]] std::vector<Figure> figures() const;
  [[nodiscard]] http::Response set_log_level(std::string_view name);
  void close_connection(const http::Request& request, const Responder& responder);

  const InspectorOptions options_;
  Inspection& server_;
  const Log log_;
  inspect::Facts facts_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<Server> http_;  // before what its handlers use is gone, and after its loop's end
  inspect::Watchdog watchdog_;
  inspect::History history_;
  std::unique_ptr<inspect::Lister> lister_;
  LogBrake refused_;
  TimePoint started_{};
  Duration worst_lag_{};  // since the last moment of the history
  std::size_t next_loop_ = 0;
  std::string url_;
  std::thread thread_;
};

}  // namespace weir
