#include "weir/web/websocket_client.hpp"

#include <cerrno>

#include "service/awaited.hpp"
#include "service/loop_thread.hpp"
#include "web/websocket_client_core.hpp"
#include "web/websocket_client_protocol.hpp"
#include "weir/io/backend.hpp"

namespace weir::websocket {

namespace {

/// What is wrong with what the user gave, before anything is connected.
Result<http::Url> checked(std::string_view text, const ClientOptions& options) {
  auto url = http::Url::parse(text);
  if (!url.ok()) return Error{url.error().message, EINVAL};
  const std::string& scheme = url.value().scheme;
  if (scheme != "ws" && scheme != "wss") {
    return Error{"a WebSocket client does not speak " + scheme + "://", EINVAL};
  }
  if (url.value().secure() && options.tls == nullptr) {
    return Error{"wss:// needs ClientOptions::tls", EINVAL};
  }
  Buffer request;
  if (Status status = write_request(url.value(), options, "", request); !status.ok()) {
    return Error{status.error().message, EINVAL};
  }
  return url;
}

}  // namespace

Client::Client(std::string_view url, ClientOptions options, ClientHooks hooks) {
  const auto refuse = [&](const Error& error) {
    options.log.write(LogLevel::error, error.message);
    failure_ = error;
  };
  auto parsed = checked(url, options);
  if (!parsed.ok()) {
    refuse(parsed.error());
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
}

Client::~Client() {
  if (core_ != nullptr) end_core(core_, thread_.get());
}

Status Client::ready() {
  if (!failure_.ok()) return Error(failure_.error());
  return begin_thread_of(core_, thread_.get());
}

bool Client::here() const { return on_thread_of(*core_, thread_.get()); }

void Client::on_loop(UniqueFunction<void(ClientCore&)> action) {
  if (core_ == nullptr) return;
  if (here()) return action(*core_);
  core_->loop().post([weak = std::weak_ptr(core_), action = std::move(action)]() mutable {
    if (const auto core = weak.lock()) action(*core);
  });
}

void Client::start() {
  if (!ready().ok()) return;
  on_loop([](ClientCore& core) { core.connect({}); });
}

Status Client::connect() {
  if (Status is_ready = ready(); !is_ready.ok()) return is_ready;
  if (here()) return Error{"the client's own loop cannot wait for itself", EDEADLK};
  const auto awaited = std::make_shared<Awaited<Status>>();
  on_loop([teller = Teller<Status>(awaited)](ClientCore& core) mutable {
    core.connect([told = std::move(teller)](const Status& status) mutable {
      told(status.ok() ? Status() : Status(status.error()));
    });
  });
  return awaited->wait();
}

SendResult Client::send(Opcode kind, std::string_view message) {
  if (core_ == nullptr) return SendResult::rejected;
  return here() ? core_->send(kind, message) : core_->send_from_afar(kind, message);
}

void Client::close(std::uint16_t code, std::string_view reason) {
  on_loop([code, why = std::string(reason)](ClientCore& core) { core.close(code, why); });
}

void Client::pause() {
  on_loop([](ClientCore& core) { core.pause(true); });
}

void Client::resume() {
  on_loop([](ClientCore& core) { core.pause(false); });
}

ClientState Client::state() const {
  return core_ == nullptr ? ClientState::closed : core_->state();
}

std::size_t Client::queued() const { return core_ == nullptr ? 0 : core_->queued(); }

}  // namespace weir::websocket
