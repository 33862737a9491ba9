#include <string>
#include <utility>

#include "chat/terminals.hpp"

namespace weir::chat {

namespace {

class FarewellProtocol final : public Protocol {
 public:
  FarewellProtocol(std::unique_ptr<Protocol> inner, const std::string& line)
      : inner_(std::move(inner)), line_(line) {}

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
    if (says_goodbye(reason)) static_cast<void>(inner_->encode(line_, output));
  }
  [[nodiscard]] bool says_goodbye(CloseReason reason) const override {
    return reason == CloseReason::drained;
  }
  void on_end(Session& session) override { inner_->on_end(session); }
  void on_close(Session& session, CloseReason reason) override {
    inner_->on_close(session, reason);
  }

 private:
  std::unique_ptr<Protocol> inner_;
  const std::string& line_;
};

class FarewellFactory final : public ProtocolFactory {
 public:
  FarewellFactory(std::unique_ptr<ProtocolFactory> inner, std::string line)
      : inner_(std::move(inner)), line_(std::move(line)) {}

  [[nodiscard]] std::unique_ptr<Protocol> make(const ConnectionOptions& options) override {
    return std::make_unique<FarewellProtocol>(inner_->make(options), line_);
  }
  [[nodiscard]] bool takes_messages() const override { return inner_->takes_messages(); }
  [[nodiscard]] std::shared_ptr<const MessageEncoder> encoder(const ConnectionOptions& options,
                                                              std::size_t most_message) override {
    return inner_->encoder(options, most_message);
  }

 private:
  std::unique_ptr<ProtocolFactory> inner_;
  std::string line_;
};

}  // namespace

std::unique_ptr<ProtocolFactory> with_farewell(std::unique_ptr<ProtocolFactory> inner,
                                               std::string line) {
  return std::make_unique<FarewellFactory>(std::move(inner), std::move(line));
}

}  // namespace weir::chat
