// What an HTTP client is told once, what it is asked, what it answers, and what it counts.
// Layer: web. Every bound has a name and a default that is safe to keep.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/core/endpoint.hpp"
#include "weir/core/error.hpp"
#include "weir/core/log.hpp"
#include "weir/core/task.hpp"
#include "weir/core/time.hpp"
#include "weir/http/headers.hpp"
#include "weir/http/limits.hpp"
#include "weir/http/status.hpp"
#include "weir/io/transport_filter.hpp"
#include "weir/session/options.hpp"

namespace weir {
class EventLoop;
}

namespace weir::http {

struct ClientOptions {
  /// One of backends(): how its own loop waits for its sockets.
  std::string backend = "asio";
  /// The caller's loop, which the caller runs, instead of a loop and a thread of the client's own.
  /// Outlives the client.
  EventLoop* loop = nullptr;
  /// What https:// needs (weir/tls/tls.hpp, with {.alpn = {"http/1.1"}}): certificates are verified
  /// unless that is told not to.
  TransportFilterPtr tls{};
  /// Of a response: its head, its lines, its body.
  http::Limits limits{.body = 16 * 1024 * 1024};
  /// Redirects that one request follows; one more is an error (ELOOP). 0: none is followed, and the
  /// response that redirects is the answer.
  std::size_t redirects = 5;
  /// Follow a redirect from https to http, which everybody on the way can read and change.
  bool redirect_to_plain = false;
  /// Requests that have no answer yet, those that wait for a connection among them. One more is
  /// refused with ENOBUFS.
  std::size_t awaited = 1000;
  /// Bytes of the bodies of those requests, in the same way.
  std::size_t awaited_bytes = 64 * 1024 * 1024;
  /// Connections to one scheme, host and port; requests beyond them wait.
  std::size_t connections_per_host = 8;
  /// Connections altogether.
  std::size_t connections = 64;
  /// A connection that nothing was asked on for so long is closed. Servers do the same, often after
  /// a minute; who is first asks no request in vain.
  Duration keep_alive = std::chrono::seconds(30);
  /// Of a request that names none: from the call to the last byte of the answer, with all waiting,
  /// connecting and redirects.
  Duration deadline = std::chrono::seconds(30);
  /// `connect` is for resolving, all addresses and TLS; `frame` for a head from its first byte to
  /// its last, and between two pieces of a body; `write` as a server's. The others mean nothing.
  Deadlines deadlines{};
  /// Of its sockets.
  SocketOptions socket{};
  /// Finds the addresses of a name instead of the system's resolver. Called on a thread of its own,
  /// so it may block; perhaps on several at once.
  std::function<Result<std::vector<SocketAddress>>(const Endpoint&)> resolve{};
  Log log{};
};

/// A request that is out, for cancel(), pause() and resume().
struct RequestId {
  std::uint64_t number = 0;
  friend bool operator==(const RequestId&, const RequestId&) = default;
};

struct ClientResponse {
  Status status = Status::ok;
  /// As they came: names may be there several times, in any case.
  std::vector<std::pair<std::string, std::string>> headers{};
  /// Of a chunked body, behind it.
  std::vector<std::pair<std::string, std::string>> trailers{};
  /// Empty where ClientRequest::on_body got it.
  std::string body{};
  /// Where it came from in the end.
  std::string url{};
  /// How many were followed to get there.
  std::size_t redirects = 0;

  /// The value of the first header with that name; empty where there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    for (const auto& [each, value] : headers) {
      if (same_name(each, name)) return value;
    }
    return {};
  }
};

/// A part of a body, as it comes.
struct BodyPiece {
  RequestId request;
  /// Status and headers; its body is empty.
  const ClientResponse& response;
  /// Lent for the call.
  std::string_view bytes;
};

struct ClientRequest {
  std::string method = "GET";
  /// http://host:port/path?query, or https:// (weir/http/url.hpp).
  std::string url{};
  /// Host, Content-Length, Transfer-Encoding, Connection, Upgrade and Expect are written by the
  /// client and refused here; so are names and values that no header can have.
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  /// Instead of ClientOptions::deadline.
  std::optional<Duration> deadline{};
  /// Instead of Limits::body.
  std::optional<std::uint64_t> max_body{};
  /// Gets the body of the answer piece by piece instead of ClientResponse::body, on the client's
  /// loop; not those of responses that redirect. May call Client::pause(). An exception ends the
  /// request with ECANCELED.
  UniqueFunction<void(const BodyPiece&)> on_body{};

  ClientRequest&& with(std::string name, std::string value) && {
    headers.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }
};

/// Gets the response, or why there is none. Called on the client's loop.
using ResponseHandler = UniqueFunction<void(Result<ClientResponse>)>;

/// What a client has counted since it was made. A request that was accepted is awaited, answered
/// or failed.
struct ClientStats {
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;     // all of them; of these
  std::uint64_t expired = 0;    //   their deadline passed
  std::uint64_t rejected = 0;   // never accepted: too many were awaited
  std::uint64_t redirects = 0;  // followed
  std::uint64_t retries = 0;    // asked again, for a kept connection had ended
  std::uint64_t connects = 0;
  std::uint64_t connect_failures = 0;
  std::uint64_t unsolicited = 0;  // connections ended, for bytes came that nobody asked for
  std::size_t awaited = 0;        // now
  std::size_t connections = 0;    // now, those that are being made among them
  std::size_t kept = 0;           // now, of these: open, and nothing is asked on them
};

}  // namespace weir::http
