#include "service/dialer.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "weir/io/loop_handle.hpp"

namespace weir {

Dialer::Dialer(EventLoop& loop, Endpoint endpoint, DialOptions options, Resolve resolve,
               Handler handler)
    : loop_(loop),
      endpoint_(std::move(endpoint)),
      options_(std::move(options)),
      resolve_(std::make_shared<Resolve>(std::move(resolve))),
      handler_(std::move(handler)),
      alive_(std::make_shared<Dialer*>(this)) {}

Dialer::~Dialer() { *alive_ = nullptr; }

void Dialer::dial(Duration deadline) {
  dialing_ = true;
  ++dial_;
  deadline_ = later(loop_.clock_now(), deadline);
  if (!options_.addresses.empty()) return try_addresses(options_.addresses);
  if (needs_resolver(endpoint_)) {
    loop_.timers().arm(*this, deadline_);
    if (!looking_up_) look_up();
    return;
  }
  auto found = resolve(endpoint_);
  if (found.ok()) return try_addresses(found.take());
  // The handler is never called inside dial().
  loop_.post([alive = alive_, dial = dial_, error = found.error()] {
    if (*alive != nullptr && (*alive)->dialing_ && (*alive)->dial_ == dial) {
      (*alive)->finish(error);
    }
  });
}

void Dialer::cancel() {
  Timer::cancel();
  handshake_.reset();
  dialing_ = false;
}

void Dialer::look_up() {
  const auto told = [loop = LoopHandle(loop_), alive = alive_](auto found) {
    loop.post([alive, found = std::move(found)]() mutable {
      if (*alive != nullptr) (*alive)->on_resolved(std::move(found));
    });
  };
  looking_up_ = true;
  try {
    std::thread([told, endpoint = endpoint_, hook = resolve_] {
      Result<std::vector<SocketAddress>> found = Error{};
      try {
        found = *hook ? (*hook)(endpoint) : resolve(endpoint);
      } catch (const std::exception& exception) {
        found = Error{"cannot resolve '" + endpoint.host + "': " + exception.what()};
      } catch (...) {
        found = Error{"cannot resolve '" + endpoint.host + "': the resolver threw"};
      }
      told(std::move(found));
    }).detach();
  } catch (const std::system_error& error) {
    told(Result<std::vector<SocketAddress>>(
        system_error("no thread to resolve '" + endpoint_.host + "'", error.code().value())));
  }
}

void Dialer::on_resolved(Result<std::vector<SocketAddress>> found) {
  looking_up_ = false;
  if (!dialing_) return;
  if (!found.ok()) return finish(found.error());
  if (found.value().empty()) return finish(Error{"'" + endpoint_.host + "' has no address"});
  try_addresses(found.take());
}

void Dialer::try_addresses(std::vector<SocketAddress> addresses) {
  Timer::cancel();
  addresses_ = std::move(addresses);
  next_ = 0;
  try_next(system_error("cannot connect to " + endpoint_.to_string(), ETIMEDOUT));
}

/// An address that does not answer uses up its share of what is left, not the whole.
void Dialer::try_next(Error last) {
  const Duration left = deadline_ - loop_.clock_now();
  // The first one is tried however late it is: the failure then says more than "too late".
  if (next_ == addresses_.size() || (next_ != 0 && left <= Duration::zero())) {
    return finish(std::move(last));
  }
  const auto share = left / static_cast<Duration::rep>(addresses_.size() - next_);
  const ConnectOptions options{.deadline = std::max(share, Duration::zero()),
                               .socket = options_.socket,
                               .messages = options_.messages};
  share_end_ = later(loop_.clock_now(), options.deadline);
  loop_.connect(addresses_[next_++], options,
                [alive = alive_, dial = dial_](Result<TransportPtr> result) {
                  Dialer* self = *alive;
                  if (self == nullptr || !self->dialing_ || self->dial_ != dial) return;
                  self->on_connected(std::move(result));
                });
}

void Dialer::on_connected(Result<TransportPtr> result) {
  if (result.ok()) result = wrap(result.take());
  if (!result.ok()) return try_next(result.error());
  if (result.value()->ready()) return finish(std::move(result));
  const Duration left = share_end_ - loop_.now();
  handshake_ = std::make_unique<Handshake>(
      loop_, result.take(), std::max(left, Duration(1)),
      [this](Handshake&, Result<TransportPtr> agreed) {
        const std::unique_ptr<Handshake> done = std::move(handshake_);
        if (agreed.ok()) return finish(std::move(agreed));
        try_next(Error{"cannot connect to " + endpoint_.to_string() + ": " + agreed.error().message,
                       agreed.error().code});
      });
}

Result<TransportPtr> Dialer::wrap(TransportPtr transport) const {
  if (transport->max_message() != 0 && !options_.filters.empty()) {
    return Error{"cannot connect to " + endpoint_.to_string() +
                 ": what stands before a connection needs a stream"};
  }
  for (const TransportFilterPtr& filter : options_.filters) {
    auto wrapped = filter->wrap(std::move(transport), loop_, endpoint_.host);
    if (!wrapped.ok()) return wrapped;
    transport = wrapped.take();
  }
  return transport;
}

void Dialer::finish(Result<TransportPtr> result) {
  cancel();
  handler_(std::move(result));
}

void Dialer::on_timer() {
  finish(system_error("cannot resolve '" + endpoint_.host + "' in time", ETIMEDOUT));
}

}  // namespace weir
