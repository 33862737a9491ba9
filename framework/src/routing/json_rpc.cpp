#include "weir/routing/json_rpc.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include "routing/json_rpc_reader.hpp"
#include "routing/json_rpc_text.hpp"
#include "session/session_state.hpp"
#include "weir/io/per_loop.hpp"
#include "weir/session/connection.hpp"

namespace weir {

namespace {

/// Memory for answers that is not given back.
constexpr std::size_t answers_to_keep = 64 * 1024;

Failure too_long() {
  return {.kind = FailureKind::failed, .message = "the answer is too long for this connection"};
}

}  // namespace

class JsonRpcShared {
 public:
  /// What the connections of one loop use, one after the other.
  struct Desk {
    RpcReader reader;
    std::string text;
  };

  JsonRpcShared(std::shared_ptr<RouterCore> routes, const JsonRpcOptions& wanted)
      : router(std::move(routes)), options(wanted) {}

  /// Sends what the first of `writes` appends to a text, or the second where the framing refuses
  /// that. When it refuses all, the connection ends: its peer would wait for the answer in vain.
  template <class... Writes>
  void send(const Session& session, EventLoop& loop, const Writes&... writes) {
    if ((send_one(session, loop, writes) || ...)) return;
    // It was logged why.
    if (Connection* open = session.state()->connection) {
      open->fail(CloseReason::unencodable_reply, {});
    }
  }

  std::shared_ptr<RouterCore> router;
  JsonRpcOptions options;
  PerLoop<Desk> desks;

 private:
  /// True as well when the connection has ended: there is nobody to send to.
  template <class Write>
  bool send_one(const Session& session, EventLoop& loop, const Write& write) {
    Connection* open = session.state()->connection;
    if (open == nullptr) return true;
    std::string& text = desks.here(loop).text;
    text.clear();
    write(text);
    const bool sent = open->reply(text) != SendResult::rejected;
    if (text.capacity() > answers_to_keep) std::string().swap(text);
    return sent;
  }
};

// --- Batch -----------------------------------------------------------------------------------

/// A batch on its way. Owned by its requests that are out, and by the connection while calls of it
/// wait.
class JsonRpcConnection::Batch {
 public:
  Batch(std::vector<RpcCall> calls, const Session& session, EventLoop& loop)
      : session_(session), loop_(loop), calls_(std::move(calls)), left_(calls_.size()) {}

  [[nodiscard]] Session& session() { return session_; }
  [[nodiscard]] EventLoop& loop() { return loop_; }

  [[nodiscard]] bool all_begun() const { return begun_ == calls_.size(); }
  /// After close() the batch is still answered; after any other end nothing of it begins.
  [[nodiscard]] bool may_go_on() const {
    const Connection* open = session_.state()->connection;
    return open != nullptr &&
           (open->reason() == CloseReason::none || open->reason() == CloseReason::closed);
  }
  [[nodiscard]] RpcCall& begin_next() { return calls_[begun_++]; }
  /// The frame will be gone when the next ones begin.
  void keep_texts() {
    if (std::exchange(kept_, true)) return;
    texts_.resize(2 * calls_.size());
    for (std::size_t i = begun_; i < calls_.size(); ++i) {
      calls_[i].id = texts_[2 * i] = calls_[i].id;
      calls_[i].payload = texts_[2 * i + 1] = calls_[i].payload;
    }
  }

  void add_result(std::string_view result, std::string_view id, std::size_t most) {
    if (begin_answer(id, result.size(), most)) rpc_text::append_result(answers_, result, id);
  }
  void add_failure(const Failure& failure, std::string_view id, std::size_t most) {
    if (begin_answer(id, failure.text().size() + failure.data.size(), most)) {
      rpc_text::append_failure(answers_, failure, id);
    }
  }

  /// One call is over. The last one sends the answer.
  void settled_one(JsonRpcShared& shared) {
    if (--left_ != 0 || answered_.empty()) return;
    const auto all = [&](std::string& text) {
      text += '[';
      text += answers_;
      text += ']';
    };
    const auto errors = [&](std::string& text) {
      for (const std::string& id : answered_) {
        text += text.empty() ? '[' : ',';
        rpc_text::append_failure(text, too_long(), id);
      }
      text += ']';
    };
    if (too_long_) return shared.send(session_, loop_, errors);
    shared.send(session_, loop_, all, errors);
  }

 private:
  /// False once the answers are more than could be sent.
  bool begin_answer(std::string_view id, std::size_t size, std::size_t most) {
    answered_.emplace_back(id);
    if (too_long_ || answers_.size() + size > most) {
      too_long_ = true;
      std::string().swap(answers_);
      return false;
    }
    if (!answers_.empty()) answers_ += ',';
    return true;
  }

  Session session_;
  EventLoop& loop_;
  std::vector<RpcCall> calls_;
  std::vector<std::string> texts_;  // what calls_ refer to, once the frame is gone
  std::size_t begun_ = 0;
  std::size_t left_;                   // calls that are not settled
  std::string answers_;                // with commas between them
  std::vector<std::string> answered_;  // whose they are
  bool kept_ = false;
  bool too_long_ = false;
};

// --- Request ---------------------------------------------------------------------------------

class JsonRpcConnection::Request final : public Context {
 public:
  Request(const Session& session, EventLoop& loop, JsonRpcConnection& owner)
      : Context(session, loop), owner_(owner), shared_(owner.shared_) {
    set_arguments(&arguments_);
  }

  using Call::unshared;

  /// `batch` may be nullptr. Takes the arguments of the call.
  void begin(RpcCall& call, std::shared_ptr<Batch> batch) {
    Context::begin(call.payload, handler_deadline(owner_.options_.deadlines, loop()));
    id_.assign(call.id);
    std::swap(arguments_, call.arguments);
    batch_ = std::move(batch);
    silent_ = call.notification;
  }
  /// The handler has returned.
  void returned(RpcCall& call) {
    handler_returned(shared_.options.max_in_flight);
    if (!settled()) {
      counted_ = true;
      owner_.went_out();
    } else if (unshared()) {
      std::swap(arguments_, call.arguments);  // their memory is the next call's
    }
  }

 private:
  void write_reply(std::string_view result) override {
    if (std::exchange(silent_, true)) return;
    if (batch_ != nullptr) return batch_->add_result(result, id_, most_waiting());
    send([&](std::string& text) { rpc_text::append_result(text, result, id_); });
  }
  void write_failure(const Failure& failure) override {
    if (std::exchange(silent_, true)) return;
    if (batch_ != nullptr) return batch_->add_failure(failure, id_, most_waiting());
    send([&](std::string& text) { rpc_text::append_failure(text, failure, id_); });
  }

  template <class Write>
  void send(Write write) {
    const auto error = [&](std::string& text) { rpc_text::append_failure(text, too_long(), id_); };
    shared_.send(session(), loop(), write, error);
  }

  void on_request_settled() override {
    // Who has nothing to say has dealt with it; the caller waits nevertheless.
    if (!silent_ && connection() != nullptr) write_reply("null");
    if (const std::shared_ptr<Batch> batch = std::move(batch_)) batch->settled_one(shared_);
    if (std::exchange(counted_, false) && connection() != nullptr) owner_.came_back();
  }

  [[nodiscard]] std::size_t most_waiting() const { return owner_.options_.flow.max_queued; }

  JsonRpcConnection& owner_;  // lives while there is a connection
  JsonRpcShared& shared_;     // so does this
  std::string id_;
  JsonArguments arguments_;
  std::shared_ptr<Batch> batch_;
  bool silent_ = false;   // a notification, or answered
  bool counted_ = false;  // among those that are out
};

// --- JsonRpcConnection -----------------------------------------------------------------------

JsonRpcConnection::JsonRpcConnection(JsonRpcShared& shared, const ConnectionOptions& options)
    : shared_(shared), options_(options) {}

JsonRpcConnection::~JsonRpcConnection() = default;

CallPtr<JsonRpcConnection::Request> JsonRpcConnection::take_request(Session& session,
                                                                    EventLoop& loop) {
  if (spare_ != nullptr) {
    CallPtr<Request> request(static_cast<Request*>(spare_.release()));
    if (request->unshared()) return request;
  }
  return CallPtr<Request>(new Request(session, loop, *this));
}

void JsonRpcConnection::begin(RpcCall& call, Session& session, EventLoop& loop,
                              std::shared_ptr<Batch> batch) {
  CallPtr<Request> request = take_request(session, loop);
  request->begin(call, std::move(batch));
  shared_.router->dispatch(call.method, *request);
  request->returned(call);
  spare_ = CallPtr<Call>(request.release());
}

void JsonRpcConnection::run(std::shared_ptr<Batch> batch) {
  while (!batch->all_begun() && batch->may_go_on()) {
    if (out_ >= shared_.options.max_in_flight) {
      batch->keep_texts();
      waiting_ = std::move(batch);
      return;
    }
    RpcCall& call = batch->begin_next();
    if (call.valid) {
      begin(call, batch->session(), batch->loop(), batch);
    } else {
      batch->add_failure({.kind = FailureKind::invalid_request}, call.id, options_.flow.max_queued);
      batch->settled_one(shared_);
    }
  }
}

void JsonRpcConnection::came_back() {
  --out_;
  if (waiting_ != nullptr) run(std::exchange(waiting_, nullptr));
}

void JsonRpcConnection::on_frame(std::string_view frame, InputContext& input) {
  RpcReader& reader = shared_.desks.here(input.loop).reader;
  const RpcFrame what = reader.read(frame, shared_.options);
  if (what == RpcFrame::call && reader.calls().front().valid) {
    begin(reader.calls().front(), input.session, input.loop, nullptr);
  } else if (what == RpcFrame::batch && !reader.calls().empty()) {
    run(std::make_shared<Batch>(reader.take_calls(), input.session, input.loop));
  } else {
    refuse(what, input);
  }
  reader.trim();
}

/// Answers a frame of which nothing can be called.
void JsonRpcConnection::refuse(RpcFrame what, InputContext& input) {
  RpcReader& reader = shared_.desks.here(input.loop).reader;
  const auto error = [&](std::string& text) {
    if (what == RpcFrame::no_json) return rpc_text::append_parse_error(text);
    Failure failure{.kind = FailureKind::invalid_request};
    if (what == RpcFrame::batch_too_large) {
      failure.message =
          "a batch of more than " + std::to_string(shared_.options.max_batch) + " calls";
    }
    const std::string_view id =
        what == RpcFrame::call ? reader.calls().front().id : rpc_text::no_id;
    rpc_text::append_failure(text, failure, id);
  };
  shared_.send(input.session, input.loop, error);
}

// --- json_rpc --------------------------------------------------------------------------------

std::vector<std::string> JsonRpc::route_names() const { return shared_->router->names(); }

JsonRpc json_rpc(const JsonRouter& router, const JsonRpcOptions& options) {
  if (options.max_in_flight == 0 || options.max_batch == 0 || options.depth == 0 ||
      options.max_id == 0) {
    throw std::invalid_argument("json_rpc: every option is at least 1");
  }
  return JsonRpc(std::make_shared<JsonRpcShared>(router.core(), options));
}

}  // namespace weir
