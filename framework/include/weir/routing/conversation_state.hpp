// ConversationState: what a connection shares with the one coroutine that talks over it.
// Layer: routing. No Asio here; conversation.hpp is what a program includes.
//
//   reading --frame--> working --read()--> reading ...      reading: no handler is out, so the
//      |                  |                                 connection may idle and drain
//      +--end: nullopt--> +--returns, throws--> done        working: one is out, input waits
//
// It is resumed inside the call that brings the frame: on_frame() returns when it waits again.
//
// Owned by the connection's dispatcher and by the coroutine's frame. The loop's thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "weir/core/task.hpp"
#include "weir/session/failure.hpp"
#include "weir/session/options.hpp"
#include "weir/session/protocol.hpp"
#include "weir/session/session.hpp"

namespace weir {

class ConversationState {
 public:
  /// Called with true when the wait was cancelled.
  using Waiter = UniqueFunction<void(bool aborted)>;
  using Reader = UniqueFunction<void(bool aborted, std::optional<std::string_view> frame)>;

  /// A frame's storage is kept for the next one up to this size.
  static constexpr std::size_t most_kept = 16 * 1024;

  explicit ConversationState(const ConnectionOptions& options)
      : keep_half_open_(options.flow.keep_half_open) {}
  ConversationState(const ConversationState&) = delete;
  ConversationState& operator=(const ConversationState&) = delete;
  ~ConversationState() = default;

  // The connection's side.

  void open(const Session& session) { session_ = session; }
  /// The coroutine was resumed, or begun, and has come as far as it can: it reads again, or the
  /// input waits for it.
  void settle();
  void on_frame(std::string_view frame);
  void on_drained();
  void on_end();
  /// The connection has ended: what waits is told, and the coroutine is cancelled. Once.
  void end();

  // The coroutine's side.

  [[nodiscard]] Session& session() { return session_; }
  SendResult send(std::string_view message);

  /// No frame will come any more.
  [[nodiscard]] bool input_over() const { return input_over_; }
  [[nodiscard]] bool reading() const { return static_cast<bool>(reader_); }
  /// Waits for a frame, only when nobody does and the input is not over.
  void read(Reader reader);
  void cancel_read();
  /// Bytes that it keeps for a frame; at most most_kept while it reads.
  [[nodiscard]] std::size_t storage() const { return frame_.capacity(); }

  /// The last send() said "pressured", and on_drained() has not come yet.
  [[nodiscard]] bool pressured() const { return pressured_ && !ended_; }
  [[nodiscard]] bool draining() const { return static_cast<bool>(drainer_); }
  void wait_drained(Waiter waiter) { drainer_ = std::move(waiter); }
  void cancel_drained() { resume_drainer(true); }

  /// How the coroutine is cancelled.
  void on_cancel(Task cancel) { cancel_ = std::move(cancel); }
  /// The coroutine has ended: by returning, by throwing, by being destroyed.
  void returned();
  void failed(const Failure& failure);
  void dropped();

 private:
  [[nodiscard]] Connection* connection() const;
  void began();
  /// Nothing happens when nobody waits.
  void resume_reader(bool aborted, std::optional<std::string_view> frame);
  void resume_drainer(bool aborted);
  void done();

  Session session_;
  Reader reader_;
  Waiter drainer_;
  Task cancel_;
  std::string frame_;
  const bool keep_half_open_;
  bool out_ = false;  // the connection counts a handler for it
  bool input_over_ = false;
  bool pressured_ = false;
  bool ended_ = false;
  bool done_ = false;
};

}  // namespace weir
