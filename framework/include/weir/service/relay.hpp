// Relay: joins each connection of a listener to one of several upstreams, byte for byte.
// Layer: service. It knows no framing: any stream endpoint on one side, any on the other.
//
//     auto relay = weir::Relay::make({"tcp://10.0.0.1:80", "unix:///run/web.sock"});
//     weir::Server server;
//     server.listen("tcp://0.0.0.0:80", relay.value());
//     return server.run();
//
//     client ==bytes==> [ at most high_watermark ] ==> upstream     each way on its own:
//            <========= [ at most high_watermark ] <==               pressure, end and counting
//
// - A client gets the healthy upstream with the fewest connections, equal ones in turn. One that
//   cannot be reached is tried again elsewhere, and so is one that ends before a byte went either
//   way: what the client has sent is kept until then. Nothing is ever sent twice.
// - What one side sends and the other does not take stops its reading at Flow::high_watermark, and
//   lets it go on at the low one. So a pair holds both watermarks at most, and an idle one nothing.
// - The end of one side's sending is handed on when all before it was, and the other direction goes
//   on. When one side breaks, the other still gets what came from it, and then the end.
// - Deadlines::idle counts bytes either way, Deadlines::write what a side does not take;
//   Deadlines::connect is for all attempts of one client together.
// - The drain ends at once a pair that has carried nothing, and RelayOptions::drain_quiet after the
//   last byte one whose last bytes went to the client: see there. The others go on until they end
//   or are cut, for where a request ends, a relay cannot know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/core/error.hpp"
#include "weir/core/log.hpp"
#include "weir/core/time.hpp"
#include "weir/io/proxy_protocol.hpp"
#include "weir/io/socket_options.hpp"
#include "weir/io/transport_filter.hpp"
#include "weir/service/pool.hpp"
#include "weir/service/served.hpp"

namespace weir {

class Upstreams;

struct RelayOptions {
  /// For one attempt, its handshake included; then the next upstream is tried.
  Duration attempt = std::chrono::seconds(2);
  /// Attempts for one client; when all upstreams have failed, a pause comes before the next.
  std::size_t attempts = 10;
  Duration pause = std::chrono::milliseconds(100);
  /// Connections of one upstream at once; when all have as many, a client is turned away.
  std::size_t max_connections = 10'000;
  /// An upstream is out after so many failures in a row, and then tried again: with one client, or
  /// by a health check, whichever comes first.
  Ejection ejection{.failures = 2, .most_out = 1};
  /// How often each upstream is connected to, to learn whether it is there; 0 is never.
  Duration health_interval = std::chrono::seconds(2);
  /// While the server drains: a pair ends orderly when the bytes that moved last went to the
  /// client, nothing is on its way in our memory or the kernel's, and for so long nothing came. The
  /// upstream sees the end of its input, what it still says reaches the client, and then both end.
  /// A client that speaks in that very moment is not heard, as with any connection that is closed
  /// while nothing is asked. 0 is never: such pairs go on until they end or are cut.
  Duration drain_quiet = std::chrono::seconds(1);
  /// Of the sockets to the upstreams.
  SocketOptions socket{};
  /// What an upstream at tls:// needs (weir/tls/tls.hpp).
  TransportFilterPtr tls{};
  /// Tells the upstreams who the client is (proxy_protocol.hpp).
  std::optional<ProxyVersion> proxy_header{};
  /// Says which upstream is out, and which is back.
  Log log{};
};

struct UpstreamStats {
  std::string endpoint;
  Health health = Health::healthy;
  std::size_t active = 0;       // connections now
  std::uint64_t connects = 0;   // that succeeded
  std::uint64_t failures = 0;   // attempts that did not, or ended before a byte
  std::uint64_t ejections = 0;  // times that it was out
  std::uint64_t checks_failed = 0;
};

struct RelayStats {
  std::vector<UpstreamStats> upstreams;
  std::uint64_t retries = 0;  // further attempts for a client

  /// "upstream tcp://10.0.0.1:80: healthy, 0 active, 7 connects, 1 failures, 0 ejections, 0 failed
  /// checks", a line each, and "retries: 1".
  [[nodiscard]] std::string to_string() const;
};

/// Serves several listeners and servers at once. Threads: stats() from any.
class Relay final : public ServedFactory {
 public:
  /// Asks the system's resolver for names, once and now, and BLOCKS for as long. The error names
  /// the endpoint that cannot be used.
  [[nodiscard]] static Result<std::shared_ptr<Relay>> make(
      const std::vector<std::string>& endpoints, RelayOptions options = {});

  [[nodiscard]] RelayStats stats() const;

  std::unique_ptr<Attachment> attach(EventLoop& loop) override;
  std::unique_ptr<Served> make(TransportPtr transport, ConnectionContext& context,
                               ServedOwner& owner) override;

 private:
  explicit Relay(std::shared_ptr<Upstreams> upstreams) : upstreams_(std::move(upstreams)) {}

  std::shared_ptr<Upstreams> upstreams_;
};

}  // namespace weir
