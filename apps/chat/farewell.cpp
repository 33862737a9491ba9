#include <string>
#include <utility>

#include "chat/terminals.hpp"

namespace weir::chat {

namespace {

class FarewellProtocol final : public Protocol {
 public:
  FarewellProtocol(std::unique_ptr<Protocol> inner, const FarewellLines& lines)
      : inner_(std::move(inner)), lines_(lines) {}

  bool use_messages(std::size_t most) override { return inner_->use_messages(most); }
  void on_open(Session& session) override { inner_->on_open(session); }
  Progress on_input(std::string_view input, InputContext& context) override {
    return inner_->on_input(input, context);
  }
  Status encode(std::string_view message, Buffer& output) override {
    return inner_->encode(message, output);
  }
  void on_drained(Session& session) override { inner_->on_drained(session); }
  void say_goodbye(CloseReason reason, Buffer& output) override {
    if (!says_goodbye(reason)) return;
    const bool drained = reason == CloseReason::drained;
    static_cast<void>(inner_->encode(drained ? lines_.drained : lines_.idle, output));
  }
  [[nodiscard]] bool says_goodbye(CloseReason reason) const override {
    return reason == CloseReason::drained || reason == CloseReason::idle_timeout;
  }
  void on_end(Session& session) override { inner_->on_end(session); }
  void on_close(Session& session, CloseReason reason) override {
    inner_->on_close(session, reason);
  }

 private:
  std::unique_ptr<Protocol> inner_;
  const FarewellLines& lines_;
};

class FarewellFactory final : public ProtocolFactory {
 public:
  FarewellFactory(std::unique_ptr<ProtocolFactory> inner, FarewellLines lines)
      : inner_(std::move(inner)), lines_(std::move(lines)) {}

  [[nodiscard]] std::unique_ptr<Protocol> make(const ConnectionOptions& options) override {
    return std::make_unique<FarewellProtocol>(inner_->make(options), lines_);
  }
  [[nodiscard]] bool takes_messages() const override { return inner_->takes_messages(); }
  [[nodiscard]] std::shared_ptr<const MessageEncoder> encoder(const ConnectionOptions& options,
                                                              std::size_t most_message) override {
    return inner_->encoder(options, most_message);
  }

 private:
  std::unique_ptr<ProtocolFactory> inner_;
  FarewellLines lines_;
};

}  // namespace

std::unique_ptr<ProtocolFactory> with_farewell(std::unique_ptr<ProtocolFactory> inner,
                                               FarewellLines lines) {
  return std::make_unique<FarewellFactory>(std::move(inner), std::move(lines));
}

}  // namespace weir::chat
