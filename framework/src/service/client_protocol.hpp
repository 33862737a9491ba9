// ClientProtocol: a client's side of a connection's Protocol. Layer: service, private.
// Decoding and encoding are those of `inner`, made by the user's framing; what a client wants to
// know beside the frames is added here.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "weir/session/connection.hpp"

namespace weir {

class ClientProtocol final : public Protocol {
 public:
  class Listener {
   public:
    /// The kernel took bytes. Nothing may be sent from here.
    virtual void on_written() = 0;
    /// The message that is being sent has no form in this framing.
    virtual void on_unencodable(const Error& error) = 0;
    /// The peer sends no more.
    virtual void on_peer_ended() = 0;

   protected:
    ~Listener() = default;
  };

  ClientProtocol(Listener& listener, std::unique_ptr<Protocol> inner)
      : listener_(listener), inner_(std::move(inner)) {}

  [[nodiscard]] bool use_messages(std::size_t most) override { return inner_->use_messages(most); }
  void on_open(Session&) override {}
  Progress on_input(std::string_view input, InputContext& context) override {
    return inner_->on_input(input, context);
  }
  Status encode(std::string_view message, Buffer& output) override {
    Status encoded = inner_->encode(message, output);
    if (!encoded.ok()) listener_.on_unencodable(encoded.error());
    return encoded;
  }
  void on_written(std::uint64_t) override { listener_.on_written(); }
  [[nodiscard]] bool wants_written() const override { return true; }
  void on_drained(Session&) override {}
  void on_end(Session&) override { listener_.on_peer_ended(); }
  void on_close(Session&, CloseReason) override {}

 private:
  Listener& listener_;
  std::unique_ptr<Protocol> inner_;
};

}  // namespace weir
