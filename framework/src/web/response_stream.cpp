#include "weir/web/response_stream.hpp"

#include <atomic>

#include "session/session_state.hpp"
#include "weir/web/exchange.hpp"

namespace weir::http {

/// Of one stream; the last handle to drop it before its end aborts the connection.
class ResponseStreamState {
 public:
  enum class Phase : std::uint8_t { waiting, open, over };

  ResponseStreamState() = default;
  ResponseStreamState(const ResponseStreamState&) = delete;
  ResponseStreamState& operator=(const ResponseStreamState&) = delete;
  ~ResponseStreamState() {
    if (phase.load() == Phase::open) session.abort();
  }

  Session session;
  ExchangeOwner* owner = nullptr;  // as long as the connection lives
  std::atomic<Phase> phase{Phase::waiting};
};

ResponseStream::ResponseStream(Responder responder)
    : Responder(std::move(responder)), state_(std::make_shared<ResponseStreamState>()) {
  if (call() == nullptr) return;
  state_->session = call()->session();
  state_->owner = &static_cast<Exchange*>(call())->owner();
}

bool ResponseStream::begin(Response head, StreamOptions options) {
  if (state_ == nullptr) return false;
  using Phase = ResponseStreamState::Phase;
  // From here on others may write; what they post comes behind this.
  Phase waiting = Phase::waiting;
  if (!state_->phase.compare_exchange_strong(waiting, Phase::open)) return false;
  const bool begun =
      reply_by([head = std::move(head), options = std::move(options)](Call& call) mutable {
        static_cast<Exchange&>(call).begin_stream(head, std::move(options));
      });
  if (!begun) state_->phase = Phase::over;
  return begun;
}

SendResult ResponseStream::write(std::string_view piece) const {
  if (state_ == nullptr || state_->phase.load() != ResponseStreamState::Phase::open) {
    return SendResult::rejected;
  }
  return state_->session.send(piece);
}

bool ResponseStream::end(std::vector<std::pair<std::string, std::string>> trailers) const {
  if (state_ == nullptr) return false;
  using Phase = ResponseStreamState::Phase;
  Phase open = Phase::open;
  if (!state_->phase.compare_exchange_strong(open, Phase::over)) return false;
  const Session& session = state_->session;
  const LoopHandle loop = session.loop();
  auto finish = [session, owner = state_->owner, trailers = std::move(trailers)] {
    if (session.state()->connection == nullptr) return;
    std::vector<Header> lines;
    lines.reserve(trailers.size());
    for (const auto& [name, value] : trailers) lines.push_back({name, value});
    owner->end_stream(lines);
  };
  if (loop.on_loop_thread()) {
    finish();
    return true;
  }
  return loop.post(std::move(finish));
}

}  // namespace weir::http
