// RecordedProtocol: a protocol, and a recorder of what it handles. Layer: session, private.
// Stands before the protocol of a connection whose loop is watched, so that others pay nothing.
//
// It gives the protocol a frame at a time, as far as frames are answered: each is measured by
// itself, and their answers go out together all the same.
#pragma once

#include <memory>
#include <utility>

#include "weir/session/flight_recorder.hpp"
#include "weir/session/protocol.hpp"

namespace weir {

class RecordedProtocol final : public Protocol {
 public:
  RecordedProtocol(std::unique_ptr<Protocol> protocol, const EventLoop& loop,
                   const FlightRecorder& recorder)
      : protocol_(std::move(protocol)), loop_(loop), recorder_(recorder) {}

  [[nodiscard]] bool use_messages(std::size_t most) override {
    return protocol_->use_messages(most);
  }
  void on_open(Session& session) override { protocol_->on_open(session); }
  Progress on_input(std::string_view input, InputContext& context) override;
  Status encode(std::string_view message, Buffer& output) override;
  void on_written(std::uint64_t total) override { protocol_->on_written(total); }
  [[nodiscard]] bool wants_written() const override { return protocol_->wants_written(); }
  void on_drained(Session& session) override { protocol_->on_drained(session); }
  void say_goodbye(CloseReason reason, Buffer& output) override {
    protocol_->say_goodbye(reason, output);
  }
  [[nodiscard]] bool says_goodbye(CloseReason reason) const override {
    return protocol_->says_goodbye(reason);
  }
  [[nodiscard]] bool ends_with_peer() const override { return protocol_->ends_with_peer(); }
  [[nodiscard]] bool ends_with_drain() const override { return protocol_->ends_with_drain(); }
  void on_end(Session& session) override { protocol_->on_end(session); }
  void on_close(Session& session, CloseReason reason) override {
    protocol_->on_close(session, reason);
  }
  /// Its own place it keeps.
  [[nodiscard]] std::unique_ptr<Protocol> successor() override {
    while (auto next = protocol_->successor()) protocol_ = std::move(next);
    return nullptr;
  }
  [[nodiscard]] FlightRecorder* recorder() override { return &recorder_; }

 private:
  Progress next_frames(std::string_view input, InputContext& context);

  std::unique_ptr<Protocol> protocol_;
  const EventLoop& loop_;
  FlightRecorder recorder_;
  bool in_input_ = false;  // what is encoded now is an answer
};

}  // namespace weir
