// FilterTransport: what all filters have in common: a Transport that is the Sink of another one and
// hands everything on. Layer: io, private. Owned by a Connection or a Handshake; owns `inner`.
//
//     Connection --write--> FilterTransport --write--> inner --> socket
//                <-on_...--                 <-on_...--
//
// A filter overrides what it changes. Its Sink may release it from inside any call: after telling
// its sink anything it looks at what tell_sink() answers, and touches nothing of its own after
// false.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "weir/io/transport.hpp"

namespace weir {

class FilterTransport : public Transport, protected Sink {
 public:
  explicit FilterTransport(TransportPtr inner) : inner_(std::move(inner)) {}

  void start(Sink& sink) override;
  void pause_reading() override { inner_->pause_reading(); }
  void resume_reading() override { inner_->resume_reading(); }
  std::size_t write(std::span<const std::string_view> pieces) override {
    return inner_->write(pieces);
  }
  void set_more_follows(bool more) override { inner_->set_more_follows(more); }
  bool leave_bytes(bool leave) override { return descriptor() >= 0 && inner_->leave_bytes(leave); }
  std::size_t write_from(int from, std::size_t size) override {
    return inner_->write_from(from, size);
  }
  void shutdown_write() override { inner_->shutdown_write(); }
  void close() override { inner_->close(); }
  [[nodiscard]] SocketAddress peer() const override { return inner_->peer(); }
  [[nodiscard]] SocketAddress local() const override { return inner_->local(); }
  [[nodiscard]] bool ended_cleanly() const override { return inner_->ended_cleanly(); }
  [[nodiscard]] std::string failure() const override { return inner_->failure(); }
  [[nodiscard]] const TransportSecurity* security() const override { return inner_->security(); }
  [[nodiscard]] int descriptor() const override { return inner_->descriptor(); }
  Status set_options(const SocketOptions& options) override { return inner_->set_options(options); }
  void release() override;

 protected:
  ~FilterTransport() override = default;

  void on_ready() override;
  void on_bytes(std::string_view bytes) override;
  void on_end() override;
  void on_readable() override;
  void on_writable() override;
  void on_closed(int error) override;

  /// Calls `tell(sink)` where there is a sink; false when this is gone by then, or nobody listens.
  template <class Tell>
  bool tell_sink(Tell tell) {
    if (sink_ == nullptr) return false;
    const bool outer = std::exchange(in_callback_, true);
    tell(*sink_);
    in_callback_ = outer;
    if (outer || !released_) return !released_;
    delete this;
    return false;
  }
  [[nodiscard]] Transport& inner() { return *inner_; }
  [[nodiscard]] const Transport& inner() const { return *inner_; }

 private:
  TransportPtr inner_;
  Sink* sink_ = nullptr;  // nullptr before start() and after the last call
  bool started_ = false;
  bool in_callback_ = false;  // the sink is being called: release() must wait
  bool released_ = false;
};

}  // namespace weir
