// A transport that gives what a test says and takes all there is, and costs neither memory nor a
// call of the system.
#pragma once

#include <span>
#include <string_view>

#include "weir/io/transport.hpp"
#include "weir/session/connection.hpp"

namespace weir::test {

class BareTransport final : public Transport {
 public:
  void start(Sink& sink) override { sink_ = &sink; }
  void pause_reading() override {}
  void resume_reading() override {}
  std::size_t write(std::span<const std::string_view> pieces) override {
    std::size_t size = 0;
    for (const std::string_view piece : pieces) size += piece.size();
    if (writes == 0) joined = more_;
    written += size;
    ++writes;
    return size;
  }
  void set_more_follows(bool more) override { more_ = more; }
  void shutdown_write() override {}
  void close() override {}
  [[nodiscard]] SocketAddress peer() const override { return {}; }
  [[nodiscard]] SocketAddress local() const override { return {}; }
  void release() override {}

  void bring(std::string_view bytes) const { sink_->on_bytes(bytes); }

  std::size_t written = 0;
  std::size_t writes = 0;
  /// More was to follow upon the first write.
  bool joined = false;

 private:
  bool more_ = false;
  Sink* sink_ = nullptr;
};

class SilentOwner final : public ConnectionOwner {
 public:
  void on_connection_closed(Connection&) override {}
};

}  // namespace weir::test
