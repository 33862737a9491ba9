#include "weir/io/proxy_protocol.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "io/filter_transport.hpp"
#include "io/proxy_header.hpp"
#include "weir/core/network.hpp"
#include "weir/io/event_loop.hpp"

namespace weir {

namespace {

constexpr std::size_t smallest_header = 16;
constexpr std::size_t largest_header = 16 + 65535;

/// Takes the header off the front of a stream.
///
///     seen_   the beginning of a header, until it is whole
///     rest_   what came behind it and the sink, being paused, does not want yet
class HeaderReader final : public FilterTransport, private Deferred {
 public:
  HeaderReader(TransportPtr inner, EventLoop& loop, std::size_t max_header)
      : FilterTransport(std::move(inner)), loop_(loop), max_header_(max_header) {}

  void start(Sink& sink) override {
    FilterTransport::start(sink);
    if (!failure_.empty()) inner().close();
  }
  [[nodiscard]] bool ready() const override { return ready_; }
  [[nodiscard]] SocketAddress peer() const override {
    return header_.source.empty() ? inner().peer() : header_.source;
  }
  [[nodiscard]] SocketAddress local() const override {
    return header_.source.empty() ? inner().local() : header_.destination;
  }
  [[nodiscard]] std::string failure() const override {
    return failure_.empty() ? inner().failure() : failure_;
  }

  void pause_reading() override {
    paused_ = true;
    inner().pause_reading();
  }
  void resume_reading() override {
    paused_ = false;
    if (rest_.empty()) return inner().resume_reading();
    loop_.defer(*this);
  }

  /// It will close as soon as it is started.
  void refuse(std::string why) { failure_ = std::move(why); }

 private:
  ~HeaderReader() override = default;

  void on_bytes(std::string_view bytes) override {
    if (ready_) return FilterTransport::on_bytes(bytes);
    if (!failure_.empty()) return;
    // Mostly it comes at once: then nothing is copied.
    const bool whole = seen_.empty();
    if (!whole) bytes = seen_.append(bytes);
    ParsedProxyHeader parsed = parse_proxy_header(bytes, max_header_);
    if (parsed.state == ParsedProxyHeader::State::incomplete) {
      if (whole) seen_ = bytes;
      return;
    }
    if (parsed.state == ParsedProxyHeader::State::malformed) return fail(std::move(parsed.why));
    header_ = parsed.header;
    ready_ = true;
    const std::string held = std::exchange(seen_, {});  // where `bytes` may be
    bytes = std::string_view(whole ? bytes : held).substr(parsed.size);
    if (!tell_sink([](Sink& sink) { sink.on_ready(); })) return;
    if (bytes.empty()) return;
    if (paused_) {
      rest_ = bytes;
    } else {
      FilterTransport::on_bytes(bytes);
    }
  }
  void on_end() override {
    if (ready_) return FilterTransport::on_end();
    fail("the peer ended before its PROXY header was whole");
  }
  void on_closed(int error) override {
    FilterTransport::on_closed(failure_.empty() ? error : EPROTO);
  }
  void run_deferred() override {
    if (paused_) return;
    const std::string rest = std::exchange(rest_, {});
    if (!tell_sink([&rest](Sink& sink) { sink.on_bytes(rest); })) return;
    if (!paused_) inner().resume_reading();
  }
  void fail(std::string why) {
    failure_ = std::move(why);
    inner().close();
  }

  EventLoop& loop_;
  const std::size_t max_header_;
  ProxyHeader header_;
  std::string seen_;
  std::string rest_;
  std::string failure_;
  bool ready_ = false;
  bool paused_ = false;
};

class ReaderFilter final : public TransportFilter {
 public:
  ReaderFilter(std::vector<Network> trusted, const ProxyProtocolOptions& options)
      : trusted_(std::move(trusted)),
        untrusted_(options.untrusted),
        max_header_(options.max_header) {}

  [[nodiscard]] Result<TransportPtr> wrap(TransportPtr inner, EventLoop& loop,
                                          std::string_view) const override {
    const SocketAddress peer = inner->peer();
    const bool trusted = std::any_of(trusted_.begin(), trusted_.end(), [&](const Network& network) {
      return network.contains(peer);
    });
    if (!trusted && untrusted_ == ProxyProtocolOptions::Untrusted::pass) return inner;
    auto* reader = new HeaderReader(std::move(inner), loop, max_header_);
    if (!trusted) reader->refuse("not in a network that the PROXY protocol is trusted from");
    return TransportPtr(reader);
  }

 private:
  const std::vector<Network> trusted_;
  const ProxyProtocolOptions::Untrusted untrusted_;
  const std::size_t max_header_;
};

/// Puts the header in front of a stream. It is short, so the kernel takes it whole; where it does
/// not, what is written meanwhile waits for its rest.
class HeaderWriter final : public FilterTransport {
 public:
  HeaderWriter(TransportPtr inner, std::string header)
      : FilterTransport(std::move(inner)), unsent_(std::move(header)) {}

  void start(Sink& sink) override {
    FilterTransport::start(sink);
    send_header();
  }
  std::size_t write(std::span<const std::string_view> pieces) override {
    if (unsent_.empty()) return inner().write(pieces);
    owes_writable_ = true;
    return 0;
  }
  std::size_t write_from(int from, std::size_t size) override {
    if (unsent_.empty()) return inner().write_from(from, size);
    owes_writable_ = true;
    return 0;
  }
  void shutdown_write() override {
    if (unsent_.empty()) return inner().shutdown_write();
    ends_ = true;
  }

 private:
  ~HeaderWriter() override = default;

  void on_writable() override {
    if (!unsent_.empty()) {
      send_header();
      if (!unsent_.empty()) return;
      if (ends_) inner().shutdown_write();
      if (!owes_writable_) return;
    }
    FilterTransport::on_writable();
  }
  void send_header() {
    const std::string_view piece = unsent_;
    unsent_.erase(0, inner().write({&piece, 1}));
  }

  std::string unsent_;
  bool owes_writable_ = false;
  bool ends_ = false;
};

class WriterFilter final : public TransportFilter {
 public:
  explicit WriterFilter(std::string header) : header_(std::move(header)) {}

  [[nodiscard]] Result<TransportPtr> wrap(TransportPtr inner, EventLoop&,
                                          std::string_view) const override {
    return TransportPtr(new HeaderWriter(std::move(inner), header_));
  }

 private:
  const std::string header_;
};

}  // namespace

Result<TransportFilterPtr> proxy_protocol(const ProxyProtocolOptions& options) {
  if (options.trusted.empty()) {
    return Error{"the PROXY protocol needs a network that it is trusted from", EINVAL};
  }
  if (options.max_header < smallest_header || options.max_header > largest_header) {
    return Error{"a PROXY header has " + std::to_string(smallest_header) + " to " +
                     std::to_string(largest_header) + " bytes",
                 EINVAL};
  }
  std::vector<Network> trusted;
  for (const std::string& text : options.trusted) {
    auto network = Network::parse(text);
    if (!network.ok()) return network.error();
    trusted.push_back(network.take());
  }
  return TransportFilterPtr(std::make_shared<ReaderFilter>(std::move(trusted), options));
}

Result<ProxyVersion> parse_proxy_version(std::string_view text) {
  if (text == "v1") return ProxyVersion::v1;
  if (text == "v2") return ProxyVersion::v2;
  return Error{"expected v1 or v2", EINVAL};
}

TransportFilterPtr proxy_header(ProxyVersion version, const SocketAddress& source,
                                const SocketAddress& destination) {
  return std::make_shared<WriterFilter>(write_proxy_header(version, {source, destination}));
}

}  // namespace weir
