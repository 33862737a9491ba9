// A test of one loop: LOOP_CASE(name) { ... } is a test case of each backend's suite and sees
// `loop`, which its own thread runs.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "support/sockets.hpp"
#include "weir/io/backend.hpp"
#include "weir/io/event_loop.hpp"

namespace weir::test {

/// Runs the loop until `done`. Whatever makes it true stops the loop.
template <class Condition>
void run_until(EventLoop& loop, const std::string& what, Condition done) {
  const auto expired = std::make_shared<bool>(false);
  loop.run_after(patience, [&loop, expired] {
    *expired = true;
    loop.stop();
  });
  while (!done()) {
    if (*expired) in_vain(what);
    loop.run();
  }
}

/// Runs `count` rounds: what was ready before has been told after them.
void run_rounds(EventLoop& loop, int count = 20);

/// A transport's Sink that keeps what it is told, stops the loop at everything, and can be told
/// to do something at a call.
class Recorder final : public Sink {
 public:
  explicit Recorder(EventLoop& loop) : loop_(loop) {}

  std::string bytes;
  std::size_t reads = 0;
  bool ended = false;
  int writable = 0;
  std::optional<int> closed;
  /// Calls that no Sink may get: after on_closed, bytes after the end, a second end.
  int forbidden = 0;

  Task at_bytes;
  Task at_end;
  Task at_writable;
  Task at_closed;

 private:
  void on_bytes(std::string_view some) override {
    if (closed.has_value() || ended || some.empty()) ++forbidden;
    bytes += some;
    ++reads;
    then(at_bytes);
  }
  void on_end() override {
    if (closed.has_value() || ended) ++forbidden;
    ended = true;
    then(at_end);
  }
  void on_writable() override {
    if (closed.has_value()) ++forbidden;
    ++writable;
    then(at_writable);
  }
  void on_closed(int error) override {
    if (closed.has_value()) ++forbidden;
    closed = error;
    then(at_closed);
  }
  void then(Task& task) {
    EventLoop& loop = loop_;  // the task may destroy this
    if (task) task();
    loop.stop();
  }

  EventLoop& loop_;
};

/// One connection: the test's end, and the loop's with its sink.
struct Wire {
  Wire(EventLoop& loop, std::pair<Descriptor, Descriptor> ends);

  Descriptor peer;
  Recorder sink;
  TransportPtr transport;
};

struct LoopCase {
  LoopCase(const char* name, const char* file, std::size_t line, void (*body)(EventLoop&));
};

}  // namespace weir::test

#define LOOP_CASE(name)                                                                      \
  static void name(::weir::EventLoop& loop);                                                 \
  static const ::weir::test::LoopCase name##_registered(#name, __FILE__, __LINE__, &(name)); \
  static void name([[maybe_unused]] ::weir::EventLoop& loop)
