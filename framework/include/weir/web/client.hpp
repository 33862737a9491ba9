// Client: requests to any server of HTTP/1.1, and their responses. Layer: web. It keeps connections
// open and uses them again; each carries one request at a time (no pipelining). Unless it is told
// to use the caller's, it owns a loop and one thread.
//
//     weir::http::Client client;
//     std::cout << client.get("http://127.0.0.1:8080/users/7").value().body;
//
//   send, get            one queue an origin             connections, bounded
//     any thread --> http://a:80   [r5][r4]  ------>   [r1 busy] [r2 busy]       by the host
//                    https://b:443 [r6]      ------>   [connecting] [kept]       and altogether
//
// A request on a connection that was kept, and that ends before the first byte of the response, is
// asked once more on a new connection: the server may have closed it at the same moment. Only where
// doing it twice is as good as once: GET, HEAD, OPTIONS, TRACE, PUT and DELETE (RFC 9110, section
// 9.2.2). No other request is ever sent twice.
//
// Redirects (RFC 9110, section 15.4): 303 is followed with GET, or HEAD for HEAD; 301 and 302 with
// GET for POST; all others with the same method and body. On another origin Authorization, Cookie
// and Proxy-Authorization are dropped.
//
// Codes of errors:
//     ETIME      the deadline passed and it was never sent
//     ETIMEDOUT  the deadline passed and the server may have got it; or connecting took too long
//     ECONNRESET the connection ended before the response did: the server may have got it
//     ECANCELED  cancel(), on_body threw, or the client was closed
//     ENOBUFS    too many are awaited
//     EINVAL     a URL, a method or a header that is none, or https:// without ClientOptions::tls
//     EPROTO     the response is no HTTP, or past a limit
//     ELOOP      too many redirects
//     EACCES     a redirect to what may not be followed
//     EDEADLK    a call that waits, made on the client's own loop
//   and those of connecting.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "weir/io/loop_handle.hpp"
#include "weir/web/client_options.hpp"

namespace weir {
class LoopThread;
}

namespace weir::http {

class ClientCore;

/// Gives up one request, from any thread, also when its client is gone; cheap to copy.
class RequestCanceller {
 public:
  RequestCanceller() = default;
  RequestCanceller(LoopHandle loop, std::weak_ptr<ClientCore> core, RequestId id)
      : loop_(std::move(loop)), core_(std::move(core)), id_(id) {}
  void operator()() const;

 private:
  LoopHandle loop_;
  std::weak_ptr<ClientCore> core_;
  RequestId id_{};
};

/// Threads: everything from any, at the same time; with the caller's loop from one thread alone
/// while nobody runs it. Handlers are called on the client's loop and may call anything but what
/// waits; they may destroy the client.
class Client {
 public:
  /// Connects to nobody yet. A backend that is not there is an error of each request.
  explicit Client(ClientOptions options = {});
  /// What is awaited fails with ECANCELED. Its handlers have been called when it returns; not so
  /// from inside one of them, or, with the caller's loop, from another thread than the loop's: then
  /// they are called soon, on the loop.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Asks, and calls `handler` exactly once, later. When it answers an error instead, `handler` was
  /// not moved from and is not called.
  Result<RequestId> send(ClientRequest request, ResponseHandler&& handler);
  /// The same, and waits for the response.
  Result<ClientResponse> send(ClientRequest request);
  Result<ClientResponse> get(std::string_view url);
  Result<ClientResponse> post(std::string_view url, std::string body, std::string content_type);

  /// Gives a request up: its handler gets ECANCELED, unless it was or is being called already. The
  /// server may have got it.
  void cancel(RequestId request);
  /// The same for later, for whoever may outlive the client.
  [[nodiscard]] RequestCanceller canceller(RequestId request) const;

  /// No piece of the response comes, and none is read, until resume(); its deadline goes on. On the
  /// client's loop from now on, else soon. Nothing happens for a request that is over.
  void pause(RequestId request);
  void resume(RequestId request);

  [[nodiscard]] ClientStats stats() const;

 private:
  [[nodiscard]] weir::Status ready();
  [[nodiscard]] bool here() const;
  void on_loop(UniqueFunction<void(ClientCore&)> action);

  weir::Status failure_;
  std::shared_ptr<ClientCore> core_;    // nullptr after a failure
  std::unique_ptr<LoopThread> thread_;  // nullptr with the caller's loop
};

}  // namespace weir::http
