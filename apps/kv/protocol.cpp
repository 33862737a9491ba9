#include "kv/protocol.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "kv/context.hpp"
#include "kv/held_reply.hpp"
#include "weir/io/event_loop.hpp"
#include "weir/session/connection.hpp"

namespace weir::kv {

namespace {

/// How often expired keys are looked for and tables go on to grow.
constexpr Duration tick_period = std::chrono::milliseconds(100);
/// Between two steps of a journal's rewrite.
constexpr Duration rewrite_pause = std::chrono::milliseconds(1);

class ClientProtocol final : public Protocol {
 public:
  ClientProtocol(Service& service, const std::string& local)
      : service_(service),
        local_(local),
        client_(!service.settings().has_password()),
        holds_(service.journal().holds_replies()) {
    set_limits();
  }

  void on_open(Session& session) override {
    const TimePoint now = session.loop().loop()->now();
    client_.record = service_.clients().add(session, service_.clock().at(now));
    client_.record->local = local_;
  }

  Progress on_input(std::string_view input, InputContext& lent) override {
    Progress progress;
    client_.connection = &lent.connection;
    Context context(service_, client_, lent.loop, lent.output,
                    service_.clock().at(lent.loop.now()));
    while (progress.consumed < input.size() && !lent.halted &&
           lent.output.size() < lent.output_limit) {
      const std::string_view rest = input.substr(progress.consumed);
      if (!reader_.is_ahead()) {
        context.foreseen.look(reader_, rest, service_.commands(), service_.store());
      }
      const auto outcome = reader_.read(rest);
      if (outcome != RespCommandReader::Outcome::command) {
        stop_at(outcome, context, progress);
        break;
      }
      ++lent.frames;
      // Behind the command: it may change what the reader allows.
      progress.consumed += reader_.consumed();
      if (reader_.command().size() != 0) execute(context);
      // Before anything goes out in the middle of a read.
      if (context.journaled && holds_) lent.connection.hold_output();
    }
    if (progress.consumed == input.size()) reader_.shrink();
    if (holds_) hold_until_kept(service_.journal(), context.journaled, client_);
    return progress;
  }

  Status encode(std::string_view message, Buffer& output) override {
    output.append(message);
    return {};
  }
  void on_drained(Session&) override {}
  void on_end(Session&) override {}
  void on_close(Session&, CloseReason) override { service_.leave(client_); }
  /// Who waits for nothing but the disk gets its answer also when it has finished sending.
  [[nodiscard]] bool ends_with_peer() const override {
    return client_.connection == nullptr || !client_.connection->output_held();
  }
  /// Who waits for an element that is not on its way yet.
  [[nodiscard]] bool ends_with_drain() const override {
    return client_.waiter != nullptr && !client_.waiter->claimed();
  }

 private:
  void set_limits() {
    limits_authenticated_ = client_.authenticated;
    RespCommandLimits limits = RespCommandLimits::before_authentication();
    if (client_.authenticated) {
      limits = {.bulk = static_cast<std::size_t>(service_.settings().max_bulk)};
    }
    reader_.set_limits(limits);
  }

  void execute(Context& context) {
    const std::size_t before = context.reply.size();
    const auto replies = client_.replies;
    service_.execute(context, reader_.command());
    if (client_.authenticated != limits_authenticated_) set_limits();
    if (replies == Client::Replies::on && client_.replies == Client::Replies::on) return;
    if (replies == Client::Replies::skip) client_.replies = Client::Replies::on;
    if (client_.replies == Client::Replies::skip_next) client_.replies = Client::Replies::skip;
    // CLIENT REPLY ON is answered, and nothing else of what came since OFF or SKIP.
    const bool on_again = replies == Client::Replies::off && client_.replies == Client::Replies::on;
    if (!on_again) context.reply.truncate(before);
  }

  void stop_at(RespCommandReader::Outcome outcome, Context& context, Progress& progress) {
    if (outcome == RespCommandReader::Outcome::need_more) {
      progress.need = reader_.needed();
      return;
    }
    context.reply.error("ERR " + reader_.mistake());
    progress.fail(CloseReason::malformed_frame, reader_.mistake());
  }

  Service& service_;
  const std::string& local_;
  Client client_;
  RespCommandReader reader_;
  bool limits_authenticated_ = false;
  const bool holds_;  // there is a journal that replies may wait for
};

/// Looks after the keys of one loop's part.
class Ticker final : public ProtocolFactory::Attachment, private Timer {
 public:
  Ticker(Service& service, EventLoop& loop, std::size_t part, std::size_t parts)
      : service_(service),
        loop_(loop),
        part_(part),
        parts_(parts),
        next_tick_(loop.now() + tick_period) {
    loop_.timers().arm(*this, loop_.now() + tick_period);
  }

 private:
  void on_timer() override {
    const TimePoint now = loop_.now();
    if (now >= next_tick_) {
      service_.tick(part_, parts_, now);
      next_tick_ = now + tick_period;
    }
    const bool rewriting = service_.step_rewrite(part_, parts_);
    loop_.timers().arm(*this, rewriting ? std::min(now + rewrite_pause, next_tick_) : next_tick_);
  }

  Service& service_;
  EventLoop& loop_;
  std::size_t part_;
  std::size_t parts_;
  TimePoint next_tick_;
};

class ClientProtocols final : public ProtocolFactory {
 public:
  ClientProtocols(Service& service, ServeOptions options)
      : service_(service), options_(std::move(options)) {}

  std::unique_ptr<Attachment> attach(EventLoop& loop) override {
    if (options_.parts == 0) return nullptr;
    return std::make_unique<Ticker>(service_, loop, next_part_++ % options_.parts, options_.parts);
  }
  std::unique_ptr<Protocol> make(const ConnectionOptions&) override {
    return std::make_unique<ClientProtocol>(service_, options_.local);
  }

 private:
  Service& service_;
  ServeOptions options_;
  std::atomic<std::size_t> next_part_{0};
};

}  // namespace

std::unique_ptr<ProtocolFactory> serve(Service& service, ServeOptions options) {
  return std::make_unique<ClientProtocols>(service, std::move(options));
}

}  // namespace weir::kv
