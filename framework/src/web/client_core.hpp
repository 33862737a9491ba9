// ClientCore: what an HTTP client is on its loop: its exchanges, and the connections that carry
// them. Layer: web, private. Held by its Client, by the client's own thread, and by tasks that end
// it.
//
//     exchanges_ --all--> ClientOrigin  waiting [e5][e4]     no connection yet
//                                       wires   [w1: e3][w2: kept][w3: connecting]
//     finished_   to be told, at the end of the round
//     buried_     wires that are over, freed there too: nobody's call is on them then
//
// Threads: enter() and stats() from any; the rest on the loop's, or while nobody runs it. No
// handler is called but from the end of a round; on_body as its pieces come.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "web/client_exchange.hpp"
#include "web/client_wire.hpp"
#include "weir/core/counter.hpp"

namespace weir::http {

/// What has one scheme, host and port in common.
struct ClientOrigin {
  Url url;
  std::deque<ClientExchange*> waiting{};
  std::vector<std::unique_ptr<ClientWire>> wires{};
};

class ClientCore final : private Deferred, public std::enable_shared_from_this<ClientCore> {
 public:
  /// `own_loop` may be empty: then options.loop is the caller's.
  ClientCore(ClientOptions options, std::unique_ptr<EventLoop> own_loop);
  ~ClientCore() override;

  [[nodiscard]] EventLoop& loop() { return loop_; }
  [[nodiscard]] const ClientOptions& options() const { return options_; }
  [[nodiscard]] ConnectionContext& context() { return context_; }

  /// From any thread. `here`: it is the loop's. After an error `handler` is as it was.
  Result<RequestId> enter(ClientRequest&& request, ResponseHandler& handler, bool here);
  [[nodiscard]] ClientStats stats() const;

  void cancel(RequestId id);
  void pause(RequestId id, bool paused);
  /// Ends everything now: what is awaited fails, and is told.
  void shut_down();
  /// The last call, from outside of all others: frees the connections.
  void release();

  // ClientExchange's:
  void on_expired(ClientExchange& exchange);

  // ClientWire's:
  void on_connected(ClientWire& wire);
  void on_not_connected(ClientWire& wire, const Error& error);
  void on_closed(ClientWire& wire);
  void on_complete(ClientExchange& exchange);
  /// Its response could not be read.
  void on_mistake(ClientExchange& exchange, std::string_view what);
  /// Its response, as far as its head is there, redirects and is not to be answered.
  [[nodiscard]] bool follows(const ClientExchange& exchange) const;
  /// False when the exchange was given up by its receiver.
  [[nodiscard]] bool give_piece(ClientExchange& exchange, std::string_view piece);
  void count_unsolicited() { counters_.unsolicited.add(); }
  /// Something is to be done at the end of the round.
  void loop_end() { loop_.defer(*this); }

 private:
  struct Counters {
    Counter answered, failed, expired, redirects, retries, connects, connect_failures, unsolicited,
        connections, kept;
  };

  void run_deferred() override;
  void admit(std::unique_ptr<ClientExchange> exchange);
  void join(ClientExchange& exchange, bool first);
  void leave(ClientExchange& exchange);
  [[nodiscard]] ClientOrigin& origin_of(const Url& url);

  // client_connections.cpp
  void settle_wires();
  void serve_waiting();
  void serve(ClientOrigin& origin);
  void begin(ClientOrigin& origin, ClientWire& wire);
  [[nodiscard]] bool somebody_starves() const;
  void close_longest_kept();
  void bury(ClientWire& wire);
  void end_closed(ClientExchange& exchange, const ClientWire& wire);

  // client_core.cpp: the end of an exchange
  void fail(ClientExchange& exchange, Error error);
  void finish(ClientExchange& exchange);
  void dispatch();
  void tell(ClientExchange& exchange);
  void log_thrown(std::string_view where);

  std::unique_ptr<EventLoop> own_loop_;
  EventLoop& loop_;
  ClientOptions options_;
  const ConnectionOptions connection_options_;
  ConnectionContext context_;
  std::atomic<std::uint64_t> next_number_{1};
  std::atomic<std::size_t> awaited_{0};
  std::atomic<std::size_t> awaited_bytes_{0};
  std::atomic<std::uint64_t> rejected_{0};
  std::atomic<bool> closed_{false};
  std::unordered_map<std::uint64_t, std::unique_ptr<ClientExchange>> exchanges_;
  std::map<std::string, std::unique_ptr<ClientOrigin>> origins_;
  std::size_t wires_ = 0;
  std::vector<std::unique_ptr<ClientWire>> buried_;
  std::vector<std::unique_ptr<ClientExchange>> finished_;
  bool dispatching_ = false;
  LogBrake brake_;
  Counters counters_;
};

}  // namespace weir::http
