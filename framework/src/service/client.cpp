#include "weir/service/client.hpp"

#include <algorithm>
#include <cerrno>

#include "service/awaited.hpp"
#include "service/client_core.hpp"
#include "service/loop_thread.hpp"
#include "service/tls_choice.hpp"
#include "weir/io/backend.hpp"

namespace weir {

std::string_view to_string(ClientState state) {
  switch (state) {
    case ClientState::idle:
      return "idle";
    case ClientState::connecting:
      return "connecting";
    case ClientState::connected:
      return "connected";
    case ClientState::waiting:
      return "waiting";
    case ClientState::closed:
      return "closed";
  }
  return "unknown";
}

namespace {

MessageList make_message(ClientCore& core, std::string_view text) {
  MessageList one;
  one.emplace_back(core, text);
  return one;
}

TimePoint moment(ClientCore& core, std::optional<Duration> deadline) {
  return later(core.loop().clock_now(),
               std::max(deadline.value_or(core.options().call_deadline), Duration::zero()));
}

}  // namespace

Client::Client(std::string_view endpoint, ClientOptions options, ClientHooks hooks,
               MakeFactory make) {
  const Log log = options.log;
  const auto refuse = [&](const Error& error) {
    log.write(LogLevel::error, error.message);
    failure_ = error;
  };
  auto parsed = Endpoint::parse(endpoint);
  if (!parsed.ok()) {
    refuse(parsed.error());
    return;
  }
  if (const Status agreed =
          check_tls(parsed.value(), options.tls, "tls:// needs ClientOptions::tls");
      !agreed.ok()) {
    refuse(Error{"cannot connect to " + parsed.value().to_string() + ": " + agreed.error().message,
                 agreed.error().code});
    return;
  }
  std::unique_ptr<EventLoop> own_loop;
  if (options.loop == nullptr) {
    auto made = make_loop(options.backend);
    if (!made.ok()) {
      refuse(made.error());
      return;
    }
    own_loop = made.take();
    thread_ = std::make_unique<LoopThread>();
  }
  core_ = std::make_shared<ClientCore>(parsed.take(), std::move(options), std::move(hooks),
                                       std::move(own_loop));
  core_->set_factory(make(*core_));
}

Client::~Client() {
  if (core_ != nullptr) end_core(core_, thread_.get());
}

Status Client::ready() {
  if (!failure_.ok()) return Error(failure_.error());
  return begin_thread_of(core_, thread_.get());
}

bool Client::here() const { return on_thread_of(*core_, thread_.get()); }

Status Client::ready_to_wait() {
  if (Status is_ready = ready(); !is_ready.ok()) return is_ready;
  if (here()) return Error{"the client's own loop cannot wait for itself", EDEADLK};
  return {};
}

void Client::on_loop(UniqueFunction<void(ClientCore&)> action) {
  if (here()) return action(*core_);
  core_->loop().post([weak = std::weak_ptr(core_), action = std::move(action)]() mutable {
    if (const auto core = weak.lock()) action(*core);
  });
}

void Client::start() {
  if (!ready().ok()) return;
  on_loop([](ClientCore& core) { core.connect(core.options().deadlines.connect, {}); });
}

Status Client::connect(std::optional<Duration> deadline) {
  if (Status waits = ready_to_wait(); !waits.ok()) return waits;
  const auto awaited = std::make_shared<Awaited<Status>>();
  on_loop([deadline, teller = Teller<Status>(awaited)](ClientCore& core) mutable {
    core.connect(deadline.value_or(core.options().deadlines.connect),
                 [told = std::move(teller)](const Status& status) mutable {
                   told(status.ok() ? Status() : Status(status.error()));
                 });
  });
  return awaited->wait();
}

Posted Client::post(std::string_view message, ReportHandler report, PostOptions options) {
  if (!ready().ok()) return Posted::rejected;
  MessageList one = make_message(*core_, message);
  one.front().on_report = std::move(report);
  one.front().expects_answer = options.answered;
  one.front().retry = options.retry;
  one.front().id = options.id;
  if (options.answered) one.front().answer_within = core_->options().call_deadline;
  return core_->enter(one, here()).ok() ? Posted::accepted : Posted::rejected;
}

Status Client::send(std::string_view message, std::optional<Duration> deadline) {
  if (Status waits = ready_to_wait(); !waits.ok()) return waits;
  const auto awaited = std::make_shared<Awaited<Status>>();
  MessageList one = make_message(*core_, message);
  one.front().expires = moment(*core_, deadline);
  one.front().on_report = [teller = Teller<Status>(awaited)](const DeliveryReport& report) mutable {
    teller(report.delivery == Delivery::delivered ? Status() : Status(report.reason));
  };
  if (auto entered = core_->enter(one, false); !entered.ok()) return Error(entered.error());
  return awaited->wait();
}

Result<CallId> Client::call(std::string_view request, CallOptions options,
                            AnswerHandler&& handler) {
  if (Status is_ready = ready(); !is_ready.ok()) return is_ready.error();
  MessageList one = make_message(*core_, request);
  ClientMessage& message = one.front();
  message.on_answer = std::move(handler);
  message.expects_answer = true;
  message.retry = options.retry;
  message.id = options.id;
  message.expires = moment(*core_, options.deadline);
  auto entered = core_->enter(one, here());
  if (entered.ok()) return CallId{entered.value()};
  handler = std::move(message.on_answer);
  return entered.error();
}

Result<std::string> Client::call(std::string_view request, CallOptions options) {
  if (Status waits = ready_to_wait(); !waits.ok()) return waits.error();
  const auto awaited = std::make_shared<Awaited<Result<std::string>>>();
  auto called = call(request, options, Teller<Result<std::string>>(awaited));
  if (!called.ok()) return called.error();
  return awaited->wait();
}

void Client::cancel(CallId call) {
  if (core_ == nullptr) return;
  on_loop([call](ClientCore& core) { core.cancel(call.number); });
}

Canceller Client::canceller(CallId call) const {
  if (core_ == nullptr) return {};
  return {LoopHandle(core_->loop()), core_, call.number};
}

void Canceller::operator()() const {
  // Only the loop may hold the core: it must not end on this thread.
  loop_.post([core = core_, number = number_] {
    if (const auto open = core.lock()) open->cancel(number);
  });
}

void Client::close(Duration deadline) {
  if (!ready().ok()) return;
  if (here()) return core_->close(deadline, {});
  const auto awaited = std::make_shared<Awaited<Status>>();
  on_loop([deadline, teller = Teller<Status>(awaited)](ClientCore& core) mutable {
    core.close(deadline, [told = std::move(teller)](const Status&) mutable { told(Status()); });
  });
  static_cast<void>(awaited->wait());
}

ClientState Client::state() const {
  return core_ == nullptr ? ClientState::closed : core_->state();
}

ClientStats Client::stats() const { return core_ == nullptr ? ClientStats() : core_->stats(); }

std::size_t Client::outstanding() const { return core_ == nullptr ? 0 : core_->outstanding(); }

}  // namespace weir
