#include "weir/session/protocol_choice.hpp"

#include <algorithm>
#include <iterator>

#include "weir/session/connection.hpp"

namespace weir {

namespace {

/// Waits for the first bytes, and is then the one that they are for.
class ChosenProtocol final : public Protocol {
 public:
  ChosenProtocol(const ProtocolChoice& choice, const ConnectionOptions& options)
      : choice_(choice), options_(options) {}

  void on_open(Session&) override {}
  Progress on_input(std::string_view input, InputContext& context) override {
    if (chosen_ != nullptr) return chosen_->on_input(input, context);
    bool undecided = false;
    const ProtocolChoice::Entry* entry = choice_.choose(input, undecided);
    Progress progress;
    if (undecided) {
      progress.need = input.size() + 1;
      return progress;
    }
    if (entry == nullptr) {
      progress.fail(CloseReason::malformed_frame, "no protocol of this listener begins so");
      return progress;
    }
    chosen_ = entry->factory->make(options_);
    context.connection.hand_over();
    if (entry->encoder != nullptr) context.connection.use_encoder(entry->encoder);
    chosen_->on_open(context.session);
    // It may have closed or paused.
    if (context.halted) return progress;
    return chosen_->on_input(input, context);
  }
  Status encode(std::string_view message, Buffer& output) override {
    if (chosen_ == nullptr) return Error{"the client has not said yet which protocol it speaks"};
    return chosen_->encode(message, output);
  }
  void on_drained(Session& session) override {
    if (chosen_ != nullptr) chosen_->on_drained(session);
  }
  void say_goodbye(CloseReason reason, Buffer& output) override {
    chosen_->say_goodbye(reason, output);
  }
  [[nodiscard]] bool says_goodbye(CloseReason reason) const override {
    return chosen_ != nullptr && chosen_->says_goodbye(reason);
  }
  [[nodiscard]] bool ends_with_peer() const override {
    return chosen_ != nullptr && chosen_->ends_with_peer();
  }
  [[nodiscard]] bool ends_with_drain() const override {
    return chosen_ != nullptr && chosen_->ends_with_drain();
  }
  void on_end(Session& session) override {
    if (chosen_ != nullptr) chosen_->on_end(session);
  }
  void on_close(Session& session, CloseReason reason) override {
    if (chosen_ != nullptr) chosen_->on_close(session, reason);
  }

  [[nodiscard]] std::unique_ptr<Protocol> successor() override { return std::move(chosen_); }

 private:
  const ProtocolChoice& choice_;
  const ConnectionOptions& options_;
  std::unique_ptr<Protocol> chosen_;
};

}  // namespace

ProtocolChoice& ProtocolChoice::add(Recognizer recognizer,
                                    std::unique_ptr<ProtocolFactory> factory) {
  entries_.push_back({recognizer, std::move(factory)});
  return *this;
}

ProtocolChoice& ProtocolChoice::otherwise(std::unique_ptr<ProtocolFactory> factory) {
  otherwise_.factory = std::move(factory);
  return *this;
}

std::unique_ptr<Protocol> ProtocolChoice::make(const ConnectionOptions& options) {
  return std::make_unique<ChosenProtocol>(*this, options);
}

std::vector<std::string> ProtocolChoice::route_names() const {
  std::vector<std::string> names;
  const auto add = [&names](const Entry& entry) {
    if (entry.factory != nullptr)
      std::ranges::move(entry.factory->route_names(), std::back_inserter(names));
  };
  std::ranges::for_each(entries_, add);
  add(otherwise_);
  return names;
}

std::shared_ptr<const MessageEncoder> ProtocolChoice::encoder(const ConnectionOptions& options,
                                                              std::size_t most_message) {
  for (Entry& each : entries_) each.encoder = each.factory->encoder(options, most_message);
  if (otherwise_.factory != nullptr) {
    otherwise_.encoder = otherwise_.factory->encoder(options, most_message);
  }
  return nullptr;
}

const ProtocolChoice::Entry* ProtocolChoice::choose(std::string_view first, bool& undecided) const {
  for (const Entry& each : entries_) {
    switch (each.recognizer(first)) {
      case Recognized::yes:
        return &each;
      case Recognized::no:
        break;
      case Recognized::perhaps:
        if (first.size() >= most_first) break;
        undecided = true;
        return nullptr;
    }
  }
  return otherwise_.factory != nullptr ? &otherwise_ : nullptr;
}

}  // namespace weir
