// MessageTransport: one peer's messages over a port of their own, on every backend.
// Layer: io/messages, private. Owned by a Connection; owns its port.
//
// Messages are received in batches; what of a batch comes after its Sink has paused is held, at
// most the rest of that batch, and nothing is received until that is gone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/messages/message_port.hpp"
#include "weir/io/event_loop.hpp"
#include "weir/io/transport.hpp"

namespace weir {

class MessageTransport final : public Transport, private Deferred {
 public:
  /// `counters` may be nullptr.
  MessageTransport(EventLoop& loop, std::unique_ptr<MessagePort> port, MessageCounters* counters);

  void start(Sink& sink) override;
  void pause_reading() override { paused_ = true; }
  void resume_reading() override;
  std::size_t write(std::span<const std::string_view> pieces) override;
  [[nodiscard]] std::size_t max_message() const override { return max_message_; }
  [[nodiscard]] bool has_end() const override { return has_end_; }
  void shutdown_write() override;
  void close() override { fail(0); }
  [[nodiscard]] SocketAddress peer() const override { return peer_; }
  [[nodiscard]] SocketAddress local() const override;
  Status set_options(const SocketOptions& options) override;
  void release() override;

 private:
  ~MessageTransport() override = default;
  void run_deferred() override;
  void on_readable();
  void on_writable();
  void take_batch(MessageBatch& batch);
  void deliver_held();
  template <class Call>
  void guarded(Call call);
  [[nodiscard]] Status begin_to_watch();
  void update_interest();
  void fail(int error);

  EventLoop& loop_;
  MessageCounters* counters_;
  Sink* sink_ = nullptr;                // nullptr before start() and after the last call
  std::unique_ptr<MessagePort> port_;   // nullptr once closed
  std::unique_ptr<Watch> watch_;        // gone before the port is
  std::unique_ptr<Watch> write_watch_;  // where the port writes elsewhere
  SocketAddress peer_;
  std::size_t max_message_;
  std::vector<std::string> held_;
  int error_ = 0;
  bool has_end_;
  bool paused_ = false;
  bool ended_ = false;        // the peer has finished sending
  bool end_told_ = false;     // and the Sink knows
  bool want_write_ = false;   // the last write was short
  bool reading_ = true;       // the loop tells when there is something to read
  bool in_callback_ = false;  // the Sink is being called: release() must wait
  bool released_ = false;
};

}  // namespace weir
