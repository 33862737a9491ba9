// ClientExchange: one request of a client and its response, over all redirects and connections.
// Layer: web, private. Owned by its ClientCore from its arrival on; on the loop's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weir/core/buffer.hpp"
#include "weir/core/chunk.hpp"
#include "weir/http/url.hpp"
#include "weir/io/timer_queue.hpp"
#include "weir/web/client_options.hpp"

namespace weir::http {

class ClientCore;
class ClientWire;
struct ClientOrigin;

class ClientExchange final : public Timer {
 public:
  explicit ClientExchange(ClientCore& owner) : core(owner) {}
  ~ClientExchange() override = default;

  /// Makes `head` of the rest; the error says what can be in no head.
  [[nodiscard]] weir::Status write_head();

  ClientCore& core;
  RequestId id{};
  TimePoint expires{};

  // What is asked now; a redirect changes it.
  Url url{};
  std::string method{};
  std::vector<std::pair<std::string, std::string>> headers{};
  SharedBytes body{};  // without a chunk: none
  Buffer head{};
  std::size_t charged = 0;  // bytes of the body, while they count

  std::uint64_t max_body = 0;
  UniqueFunction<void(const BodyPiece&)> on_body{};
  ResponseHandler handler{};

  // Where it is.
  ClientOrigin* origin = nullptr;  // whose queue it waits in, or whose wire it has
  ClientWire* wire = nullptr;
  bool sent = false;     // in part, at least once
  bool retried = false;  // and so not again
  bool fresh = false;    // only on a connection that carried nothing before
  bool paused = false;

  ClientResponse response{};
  std::optional<Error> failure{};

 private:
  void on_timer() override;
};

/// Asking twice is as good as once (RFC 9110, section 9.2.2).
[[nodiscard]] bool is_idempotent(std::string_view method);

/// Does a response with `status` ask to be followed (RFC 9110, section 15.4)? With a Location.
[[nodiscard]] bool is_redirect(Status status);

/// Makes `exchange` the request that its response leads to. The error says why it may not be.
[[nodiscard]] weir::Status redirect(ClientExchange& exchange, const ClientOptions& options);

}  // namespace weir::http
