#include "service/handshake.hpp"

#include <cerrno>
#include <utility>

namespace weir {

Handshake::Handshake(EventLoop& loop, TransportPtr transport, Duration deadline, Handler handler)
    : transport_(std::move(transport)), handler_(std::move(handler)) {
  if (deadline > Duration::zero()) loop.timers().arm(*this, later(loop.now(), deadline));
  transport_->start(*this);
}

Handshake::~Handshake() = default;

void Handshake::on_ready() { finish(std::move(transport_)); }

void Handshake::on_end() { finish(Error{"the peer ended during the handshake", ECONNRESET}); }

void Handshake::on_closed(int error) {
  std::string why = transport_->failure();
  if (why.empty()) return finish(system_error("the handshake failed", error));
  finish(Error{std::move(why), error});
}

void Handshake::on_timer() { finish(Error{"the peer took too long for the handshake", ETIMEDOUT}); }

void Handshake::finish(Result<TransportPtr> result) {
  Timer::cancel();
  Handler handler = std::exchange(handler_, {});
  if (handler) handler(*this, std::move(result));  // may destroy this
}

}  // namespace weir
