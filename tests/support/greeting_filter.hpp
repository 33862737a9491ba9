// A filter for tests: a peer must begin with "hello\n" and should end with "bye\n", which is taken
// off; another beginning is refused.
#pragma once

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

#include "io/filter_transport.hpp"
#include "weir/io/transport_filter.hpp"

namespace weir::test {

class GreetingTransport final : public FilterTransport {
 public:
  explicit GreetingTransport(TransportPtr inner) : FilterTransport(std::move(inner)) {
    agreed_.version = "greeting";
  }
  [[nodiscard]] bool ready() const override { return ready_; }
  [[nodiscard]] bool ended_cleanly() const override { return polite_; }
  [[nodiscard]] std::string failure() const override { return failure_; }
  [[nodiscard]] const TransportSecurity* security() const override { return &agreed_; }

 private:
  static constexpr std::string_view hello = "hello\n";
  static constexpr std::string_view bye = "bye\n";

  void on_bytes(std::string_view bytes) override {
    if (!ready_) {
      said_.append(bytes);
      if (said_.size() < hello.size() && hello.starts_with(said_)) return;
      if (!said_.starts_with(hello)) {
        failure_ = "the peer did not greet";
        return inner().close();
      }
      ready_ = true;
      if (!tell_sink([](Sink& sink) { sink.on_ready(); })) return;
      const std::string rest = said_.substr(hello.size());
      if (!rest.empty()) on_bytes(rest);
      return;
    }
    polite_ = bytes.ends_with(bye);
    if (polite_) bytes.remove_suffix(bye.size());
    if (!bytes.empty()) FilterTransport::on_bytes(bytes);
  }
  void on_closed(int error) override {
    FilterTransport::on_closed(failure_.empty() ? error : EPROTO);
  }

  std::string said_;
  std::string failure_;
  TransportSecurity agreed_;
  bool ready_ = false;
  bool polite_ = false;
};

class GreetingFilter final : public TransportFilter {
 public:
  [[nodiscard]] Result<TransportPtr> wrap(TransportPtr inner, EventLoop&,
                                          std::string_view) const override {
    return TransportPtr(new GreetingTransport(std::move(inner)));
  }
};

}  // namespace weir::test
