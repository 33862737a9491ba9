#include "weir/web/client.hpp"

#include <algorithm>
#include <cerrno>

#include "service/awaited.hpp"
#include "service/loop_thread.hpp"
#include "web/client_core.hpp"
#include "weir/io/backend.hpp"

namespace weir::http {

Client::Client(ClientOptions options) {
  std::unique_ptr<EventLoop> own_loop;
  if (options.loop == nullptr) {
    auto made = make_loop(options.backend);
    if (!made.ok()) {
      options.log.write(LogLevel::error, made.error().message);
      failure_ = made.error();
      return;
    }
    own_loop = made.take();
    thread_ = std::make_unique<LoopThread>();
  }
  core_ = std::make_shared<ClientCore>(std::move(options), std::move(own_loop));
}

Client::~Client() {
  if (core_ != nullptr) end_core(core_, thread_.get());
}

weir::Status Client::ready() {
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

Result<RequestId> Client::send(ClientRequest request, ResponseHandler&& handler) {
  if (auto is_ready = ready(); !is_ready.ok()) return is_ready.error();
  return core_->enter(std::move(request), handler, here());
}

Result<ClientResponse> Client::send(ClientRequest request) {
  if (auto is_ready = ready(); !is_ready.ok()) return is_ready.error();
  if (here()) return Error{"the client's own loop cannot wait for itself", EDEADLK};
  const auto awaited = std::make_shared<Awaited<Result<ClientResponse>>>();
  ResponseHandler handler = Teller<Result<ClientResponse>>(awaited);
  if (auto sent = core_->enter(std::move(request), handler, false); !sent.ok()) return sent.error();
  return awaited->wait();
}

Result<ClientResponse> Client::get(std::string_view url) {
  return send(ClientRequest{.url = std::string(url)});
}

Result<ClientResponse> Client::post(std::string_view url, std::string body,
                                    std::string content_type) {
  return send(ClientRequest{.method = "POST",
                            .url = std::string(url),
                            .headers = {{"Content-Type", std::move(content_type)}},
                            .body = std::move(body)});
}

void Client::cancel(RequestId request) {
  on_loop([request](ClientCore& core) { core.cancel(request); });
}

RequestCanceller Client::canceller(RequestId request) const {
  if (core_ == nullptr) return {};
  return {LoopHandle(core_->loop()), core_, request};
}

void RequestCanceller::operator()() const {
  // Only the loop may hold the core: it must not end on this thread.
  loop_.post([core = core_, id = id_] {
    if (const auto open = core.lock()) open->cancel(id);
  });
}

void Client::pause(RequestId request) {
  on_loop([request](ClientCore& core) { core.pause(request, true); });
}

void Client::resume(RequestId request) {
  on_loop([request](ClientCore& core) { core.pause(request, false); });
}

ClientStats Client::stats() const { return core_ == nullptr ? ClientStats() : core_->stats(); }

}  // namespace weir::http
