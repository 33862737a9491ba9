#include "weir/service/pool.hpp"

#include <cerrno>

#include "service/awaited.hpp"
#include "service/loop_thread.hpp"
#include "service/pool_health.hpp"
#include "weir/io/backend.hpp"

namespace weir {

/// What a pool is on its loop; kept by the pool and by the thread that runs the loop.
class PoolCore {
 public:
  /// `own_loop`, unless it is empty, is `its_loop`.
  PoolCore(EventLoop& its_loop, std::unique_ptr<EventLoop> own_loop, const Ejection& ejection,
           std::vector<std::string> names, const Log& log)
      : own_loop_(std::move(own_loop)),
        loop(its_loop),
        endpoints(names),
        health(std::make_shared<PoolHealth>(ejection, std::move(names), log)) {}

 private:
  std::unique_ptr<EventLoop> own_loop_;

 public:
  EventLoop& loop;
  const std::vector<std::string> endpoints;
  const std::shared_ptr<PoolHealth> health;
  std::vector<std::unique_ptr<Client>> clients;  // the same until the end
};

namespace {

PoolHealth::Verdict verdict_of(const Result<std::string>& result) {
  if (result.ok()) return PoolHealth::Verdict::good;
  switch (result.error().code) {
    case ETIME:
    case ETIMEDOUT:
    case ECONNRESET:
    case ENOTCONN:
      return PoolHealth::Verdict::bad;
    default:
      return PoolHealth::Verdict::none;
  }
}

/// Offers a message to one member after another, the best first, until one has room for it.
/// `offer` answers ENOBUFS where there is none.
template <class Offer>
auto offer_to_members(PoolCore& core, Offer offer) -> decltype(offer(PoolHealth::Choice{})) {
  std::vector<PoolHealth::Seen> seen;
  seen.reserve(core.clients.size());
  for (const auto& client : core.clients) {
    seen.push_back({client->outstanding(), client->state()});
  }
  std::vector<bool> tried(core.clients.size(), false);
  decltype(offer(PoolHealth::Choice{})) offered = Error{"no member of the pool has room", ENOBUFS};
  while (const auto choice = core.health->choose(core.loop.clock_now(), seen, tried)) {
    offered = offer(*choice);
    if (offered.ok()) return offered;
    core.health->note(*choice, PoolHealth::Verdict::none, core.loop.clock_now());
    if (offered.error().code != ENOBUFS) return offered;
    tried[choice->member] = true;
  }
  return offered;
}

}  // namespace

std::string_view to_string(Health health) {
  switch (health) {
    case Health::healthy:
      return "healthy";
    case Health::ejected:
      return "ejected";
    case Health::probing:
      return "probing";
  }
  return "unknown";
}

Pool::Pool(std::vector<std::string> endpoints, PoolOptions options, PoolHooks hooks,
           MakeClient make) {
  if (endpoints.empty()) {
    failure_ = Error{"the pool has no endpoint", EINVAL};
    return;
  }
  ClientOptions& each = options.client;
  std::unique_ptr<EventLoop> own_loop;
  if (each.loop == nullptr) {
    auto made = make_loop(each.backend);
    if (!made.ok()) {
      failure_ = made.error();
      return;
    }
    own_loop = made.take();
    each.loop = own_loop.get();
    thread_ = std::make_unique<LoopThread>();
  }
  core_ = std::make_shared<PoolCore>(*each.loop, std::move(own_loop), options.ejection,
                                     std::move(endpoints), each.log);
  const auto shared = std::make_shared<PoolHooks>(std::move(hooks));
  for (std::size_t i = 0; i < core_->endpoints.size(); ++i) {
    ClientHooks its;
    if (shared->on_state) {
      its.on_state = [shared, i](ClientState state, const Error& why) {
        shared->on_state(i, state, why);
      };
    }
    if (shared->on_message) {
      its.on_message = [shared, i](std::string_view frame) { shared->on_message(i, frame); };
    }
    core_->clients.push_back(make(core_->endpoints[i], each, std::move(its)));
  }
}

Pool::~Pool() {
  if (core_ == nullptr) return;
  const bool runs = thread_ != nullptr && thread_->started();
  const auto end = [core = core_, runs] {
    core->clients.clear();
    // After what the clients have posted.
    if (runs) core->loop.post([&loop = core->loop] { loop.stop(); });
  };
  if (here() || (thread_ != nullptr && !runs)) {
    end();
  } else {
    core_->loop.post(end);
  }
  if (runs) thread_->join();
}

bool Pool::here() const {
  return thread_ != nullptr ? thread_->here() : LoopHandle(core_->loop).on_loop_thread();
}

Status Pool::ready() {
  if (!failure_.ok()) return Error(failure_.error());
  if (thread_ == nullptr || running_.load(std::memory_order_acquire)) return {};
  if (Status started = thread_->start([core = core_] { core->loop.run(); }); !started.ok()) {
    return started;
  }
  // Until the loop runs, its clients would take every thread for the loop's.
  const auto awaited = std::make_shared<Awaited<Status>>();
  core_->loop.post([teller = Teller<Status>(awaited)]() mutable { teller(Status()); });
  Status runs = awaited->wait();
  running_.store(true, std::memory_order_release);
  return runs;
}

void Pool::start() {
  if (!ready().ok()) return;
  for (const auto& client : core_->clients) client->start();
}

Result<CallId> Pool::call(std::string_view request, CallOptions options, AnswerHandler&& handler) {
  if (Status is_ready = ready(); !is_ready.ok()) return is_ready.error();
  const auto kept = std::make_shared<AnswerHandler>(std::move(handler));
  Result<CallId> called = offer_to_members(*core_, [&](PoolHealth::Choice choice) {
    auto offered = core_->clients[choice.member]->call(
        request, options,
        [kept, choice, health = core_->health, &loop = core_->loop](Result<std::string> result) {
          health->note(choice, verdict_of(result), loop.clock_now());
          (*kept)(std::move(result));
        });
    if (offered.ok()) offered.value().member = static_cast<std::uint32_t>(choice.member);
    return offered;
  });
  if (!called.ok()) handler = std::move(*kept);
  return called;
}

Result<std::string> Pool::call(std::string_view request, CallOptions options) {
  if (Status is_ready = ready(); !is_ready.ok()) return is_ready.error();
  if (here()) return Error{"the pool's own loop cannot wait for itself", EDEADLK};
  const auto awaited = std::make_shared<Awaited<Result<std::string>>>();
  auto called = call(request, options, Teller<Result<std::string>>(awaited));
  if (!called.ok()) return called.error();
  return awaited->wait();
}

void Pool::cancel(CallId call) { canceller(call)(); }

Canceller Pool::canceller(CallId call) const {
  if (core_ == nullptr || call.member >= core_->clients.size()) return {};
  return core_->clients[call.member]->canceller(call);
}

Posted Pool::post(std::string_view message, ReportHandler report, PostOptions options) {
  if (!ready().ok()) return Posted::rejected;
  const auto kept = std::make_shared<ReportHandler>(std::move(report));
  const Result<Posted> posted = offer_to_members(*core_, [&](PoolHealth::Choice choice) {
    const Posted offered = core_->clients[choice.member]->post(
        message,
        [kept, choice, health = core_->health, &loop = core_->loop](const DeliveryReport& told) {
          health->note(choice, PoolHealth::Verdict::none, loop.clock_now());
          if (*kept) (*kept)(told);
        },
        options);
    if (offered == Posted::rejected) return Result<Posted>(Error{"no room", ENOBUFS});
    return Result<Posted>(offered);
  });
  return posted.ok() ? posted.value() : Posted::rejected;
}

void Pool::close(Duration deadline) {
  if (!ready().ok()) return;
  if (here()) {
    for (const auto& client : core_->clients) client->close(deadline);
    return;
  }
  const auto awaited = std::make_shared<Awaited<Status>>();
  core_->loop.post([core = core_.get(), deadline, teller = Teller<Status>(awaited)]() mutable {
    for (const auto& client : core->clients) client->close(deadline);
    teller(Status());
  });
  static_cast<void>(awaited->wait());
  // They all end together; an earlier deadline holds.
  for (const auto& client : core_->clients) client->close(deadline);
}

std::vector<PoolMember> Pool::members() const {
  std::vector<PoolMember> members;
  if (core_ == nullptr) return members;
  for (std::size_t i = 0; i < core_->clients.size(); ++i) {
    const Client& client = *core_->clients[i];
    members.push_back({core_->endpoints[i], core_->health->health(i), client.state(),
                       client.outstanding(), core_->health->ejections(i), client.stats()});
  }
  return members;
}

}  // namespace weir
