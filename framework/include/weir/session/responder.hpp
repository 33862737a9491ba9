// Responder: the right to answer a request later, from any thread. Layer: session.
// A handler that takes one answers through it: now, later, or never. When the last copy is dropped
// and nobody answered, the peer gets the protocol's error. Answering twice, after the deadline or
// after the connection's end is a harmless no-op that says so.
//
//     server.listen(endpoint, weir::lines(), [&](std::string_view line, weir::Responder responder)
//     {
//       worker.submit([line = std::string(line), responder] { responder.reply(slow(line)); });
//     });
//
// Cheap to copy, safe to keep and to drop anywhere, for as long as one likes.
#pragma once

#include <string_view>
#include <utility>

#include "weir/session/call.hpp"

namespace weir {

class Responder {
 public:
  /// Answers nobody.
  Responder() = default;
  /// On the loop's thread.
  explicit Responder(Call& call);
  Responder(const Responder& other);
  Responder(Responder&& other) noexcept : call_(std::exchange(other.call_, nullptr)) {}
  Responder& operator=(Responder other) noexcept {
    std::swap(call_, other.call_);
    return *this;
  }
  ~Responder() { drop(); }

  /// False when the answer goes nowhere.
  bool reply(std::string_view payload) const;
  bool fail(Failure failure) const;
  /// There is nothing to say.
  bool finish() const;
  /// As Call::reply_by(), from any thread: `write` gets the call.
  bool reply_by(UniqueFunction<void(Call&)> write) const;
  /// Nobody has answered yet, and somebody would hear it.
  [[nodiscard]] bool waiting() const { return call_ != nullptr && !call_->answered(); }
  /// On the loop's thread alone; nullptr for one that answers nobody.
  [[nodiscard]] Call* call() const { return call_; }
  void drop();

 private:
  template <class Deliver>
  bool answer(Deliver deliver) const;

  Call* call_ = nullptr;
};

}  // namespace weir
