// Transport, straight on a socket: what a Sink is told, in which order, and when it is not.
#include "weir/io/transport.hpp"

#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <thread>
#include <vector>

#include "unit/io/loop_case.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

constexpr auto pairs = {&tcp_pair, &unix_pair};

std::string numbered(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 251);
  return bytes;
}

std::size_t write(Transport& transport, std::string_view bytes) {
  return transport.write({&bytes, 1});
}

}  // namespace

LOOP_CASE(bytes_come_in_go_out_and_end) {
  for (const auto& make_pair : pairs) {
    Wire wire(loop, make_pair());
    wire.transport->start(wire.sink);
    send_all(wire.peer, "hello");
    run_until(loop, "bytes", [&] { return wire.sink.bytes == "hello"; });
    BOOST_TEST(write(*wire.transport, "world") == 5U);
    BOOST_TEST(read_exactly(wire.peer, 5) == "world");
    end_sending(wire.peer);
    run_until(loop, "the end", [&] { return wire.sink.ended; });
    BOOST_TEST(write(*wire.transport, "still") == 5U);
    wire.transport->shutdown_write();
    BOOST_TEST(read_to_end(wire.peer).bytes == "still");
    wire.transport->close();
    BOOST_TEST(!wire.sink.closed.has_value());  // later, from the loop
    wire.transport->close();
    run_until(loop, "on_closed", [&] { return wire.sink.closed.has_value(); });
    BOOST_TEST(*wire.sink.closed == 0);
    run_rounds(loop);
    BOOST_TEST(wire.sink.forbidden == 0);
  }
}

LOOP_CASE(every_size_of_read_arrives_whole) {
  Wire wire(loop, tcp_pair());
  wire.transport->start(wire.sink);
  for (const std::size_t size :
       {1U, 511U, 512U, 513U, 1024U, 65'535U, 65'536U, 65'537U, 300'000U}) {
    wire.sink.bytes.clear();
    const std::string bytes = numbered(size);
    std::jthread sender([&] { send_all(wire.peer, bytes); });
    run_until(loop, "all bytes", [&] { return wire.sink.bytes.size() >= size; });
    BOOST_TEST((wire.sink.bytes == bytes));
  }
}

LOOP_CASE(bytes_and_end_in_one_go_are_told_in_order) {
  for (const std::size_t size : {1U, 512U, 513U, 100'000U}) {
    Wire wire(loop, tcp_pair());
    const std::string bytes = numbered(size);
    send_all(wire.peer, bytes);
    end_sending(wire.peer);
    wire.transport->start(wire.sink);
    run_until(loop, "the end", [&] { return wire.sink.ended; });
    BOOST_TEST((wire.sink.bytes == bytes));
    BOOST_TEST(wire.sink.forbidden == 0);
  }
}

LOOP_CASE(nothing_is_told_while_paused_and_everything_afterwards) {
  for (const auto& make_pair : pairs) {
    for (const std::size_t size : {1U, 511U, 512U, 513U, 100'000U}) {
      Wire wire(loop, make_pair());
      wire.transport->start(wire.sink);
      run_rounds(loop);  // a backend that begins to read has begun
      wire.transport->pause_reading();
      wire.transport->pause_reading();
      const std::string bytes = numbered(size);
      send_all(wire.peer, bytes);
      end_sending(wire.peer);
      run_rounds(loop);
      BOOST_TEST(wire.sink.reads == 0U);
      BOOST_TEST(!wire.sink.ended);
      wire.transport->resume_reading();
      wire.transport->pause_reading();
      run_rounds(loop);
      BOOST_TEST(wire.sink.reads == 0U);
      BOOST_TEST(!wire.sink.ended);
      wire.transport->resume_reading();
      wire.transport->resume_reading();
      BOOST_TEST(wire.sink.reads == 0U);  // never inside a call
      run_until(loop, "the end", [&] { return wire.sink.ended; });
      BOOST_TEST((wire.sink.bytes == bytes));
      BOOST_TEST(wire.sink.forbidden == 0);
    }
  }
}

LOOP_CASE(a_reset_that_comes_while_paused_is_told_by_the_resume_at_the_latest) {
  for (const std::size_t size : {0U, 1U, 512U, 2000U}) {
    Wire wire(loop, tcp_pair());
    wire.transport->start(wire.sink);
    send_all(wire.peer, numbered(size));
    run_until(loop, "the bytes", [&] { return wire.sink.bytes.size() == size; });
    run_rounds(loop);
    wire.transport->pause_reading();
    run_rounds(loop);
    reset(std::move(wire.peer));
    run_rounds(loop);
    wire.transport->resume_reading();
    run_until(loop, "the reset", [&] { return wire.sink.closed.has_value(); });
    BOOST_TEST(*wire.sink.closed == ECONNRESET);
  }
}

LOOP_CASE(only_an_end_that_comes_while_paused_is_told_afterwards) {
  Wire wire(loop, tcp_pair());
  wire.transport->start(wire.sink);
  run_rounds(loop);
  wire.transport->pause_reading();
  end_sending(wire.peer);
  run_rounds(loop);
  BOOST_TEST(!wire.sink.ended);
  wire.transport->resume_reading();
  run_until(loop, "the end", [&] { return wire.sink.ended; });
  BOOST_TEST(wire.sink.forbidden == 0);
}

LOOP_CASE(a_transport_may_start_paused) {
  Wire wire(loop, tcp_pair());
  wire.transport->pause_reading();
  wire.transport->start(wire.sink);
  send_all(wire.peer, "hello");
  run_rounds(loop);
  BOOST_TEST(wire.sink.reads == 0U);
  wire.transport->resume_reading();
  run_until(loop, "bytes", [&] { return wire.sink.bytes == "hello"; });
  wire.transport->pause_reading();
  wire.transport->resume_reading();
  send_all(wire.peer, " again");
  run_until(loop, "more bytes", [&] { return wire.sink.bytes == "hello again"; });
}

LOOP_CASE(a_sink_may_pause_at_every_read) {
  Wire wire(loop, tcp_pair());
  const std::string bytes = numbered(400'000);
  bool paused = false;
  int while_paused = 0;
  wire.sink.at_bytes = [&] {
    if (paused) ++while_paused;
    paused = true;
    wire.transport->pause_reading();
    // After some rounds in which nothing may come.
    loop.post([&] {
      loop.post([&] {
        loop.post([&] {
          paused = false;
          wire.transport->resume_reading();
        });
      });
    });
  };
  wire.sink.at_end = [&] {
    if (paused) ++while_paused;
  };
  wire.transport->start(wire.sink);
  std::jthread sender([&] {
    send_all(wire.peer, bytes);
    end_sending(wire.peer);
  });
  run_until(loop, "the end", [&] { return wire.sink.ended; });
  BOOST_TEST((wire.sink.bytes == bytes));
  BOOST_TEST(while_paused == 0);
  BOOST_TEST(wire.sink.reads > 1U);
}

LOOP_CASE(a_sink_may_pause_another_connection_whose_bytes_have_come) {
  for (const std::size_t size : {5U, 512U, 2000U}) {
    Wire first(loop, tcp_pair());
    Wire second(loop, tcp_pair());
    const std::string bytes = numbered(size);
    first.sink.at_bytes = [&] { second.transport->pause_reading(); };
    second.sink.at_bytes = [&] { first.transport->pause_reading(); };
    first.transport->start(first.sink);
    second.transport->start(second.sink);
    run_rounds(loop);
    send_all(first.peer, bytes);
    send_all(second.peer, bytes);
    end_sending(first.peer);
    end_sending(second.peer);
    run_rounds(loop);
    BOOST_TEST(first.sink.bytes.empty() != second.sink.bytes.empty());
    BOOST_TEST(first.sink.ended != second.sink.ended);
    Wire& paused = first.sink.bytes.empty() ? first : second;
    paused.transport->resume_reading();
    run_until(loop, "the other's bytes", [&] { return paused.sink.ended; });
    BOOST_TEST((paused.sink.bytes == bytes));
  }
}

LOOP_CASE(a_sink_may_release_its_transport_in_every_call) {
  const std::size_t before = open_descriptors();
  for (const auto& make_pair : pairs) {
    for (const int which : {0, 1, 2, 3}) {
      Wire wire(loop, make_pair());
      bool released = false;
      const auto release = [&] {
        released = true;
        wire.transport.reset();
      };
      std::array<Task*, 4> calls{&wire.sink.at_bytes, &wire.sink.at_end, &wire.sink.at_writable,
                                 &wire.sink.at_closed};
      *calls[static_cast<std::size_t>(which)] = release;
      wire.transport->start(wire.sink);
      std::string drained;
      if (which == 0) send_all(wire.peer, numbered(2000));
      if (which == 1) end_sending(wire.peer);
      if (which == 2) {
        const std::string much = numbered(1U << 20U);
        while (write(*wire.transport, much) == much.size()) {
        }
        while (!read_available(wire.peer).empty()) {
        }
      }
      if (which == 3) wire.transport->close();
      run_until(loop, "the call", [&] { return released; });
      ::send(wire.peer.get(), "!", 1, MSG_NOSIGNAL);  // to nobody
      run_rounds(loop);
      BOOST_TEST(wire.sink.forbidden == 0);
      if (which != 3) BOOST_TEST(!wire.sink.closed.has_value());
      BOOST_TEST(wire.sink.reads <= 1U);
    }
  }
  run_rounds(loop);
  BOOST_TEST(open_descriptors() == before);
}

LOOP_CASE(a_transport_may_be_released_between_two_calls_and_before_its_start) {
  const std::size_t before = open_descriptors();
  {
    Wire never_started(loop, tcp_pair());
    Wire reading(loop, tcp_pair());
    Wire paused(loop, tcp_pair());
    Wire blocked(loop, tcp_pair());
    Wire closing(loop, tcp_pair());
    for (Wire* wire : {&reading, &paused, &blocked, &closing}) wire->transport->start(wire->sink);
    run_rounds(loop);
    paused.transport->pause_reading();
    for (Wire* wire : {&never_started, &reading, &paused, &closing}) {
      send_all(wire->peer, "unread");
    }
    const std::string much = numbered(1U << 20U);
    while (write(*blocked.transport, much) == much.size()) {
    }
    closing.transport->close();
    for (Wire* wire : {&never_started, &reading, &paused, &blocked, &closing}) {
      wire->transport.reset();
    }
    run_rounds(loop);
    for (Wire* wire : {&never_started, &reading, &paused, &blocked, &closing}) {
      BOOST_TEST(wire->sink.reads == 0U);
      BOOST_TEST(!wire->sink.closed.has_value());
    }
  }
  BOOST_TEST(open_descriptors() == before);
}

LOOP_CASE(a_transport_outlives_no_loop_that_ends_with_its_reads_under_way) {
  // The loop is destroyed by the caller, after these; what they had under way ends with it.
  Wire reading(loop, tcp_pair());
  Wire blocked(loop, tcp_pair());
  reading.transport->start(reading.sink);
  blocked.transport->start(blocked.sink);
  const std::string much = numbered(1U << 20U);
  while (write(*blocked.transport, much) == much.size()) {
  }
  run_rounds(loop);
}

LOOP_CASE(a_sink_may_close_in_every_call_and_is_told_once) {
  for (const int which : {0, 1, 2}) {
    Wire wire(loop, tcp_pair());
    const auto close = [&] {
      wire.transport->close();
      BOOST_TEST(!wire.sink.closed.has_value());
      BOOST_TEST(write(*wire.transport, "late") == 0U);
      wire.transport->shutdown_write();
      wire.transport->pause_reading();
      wire.transport->resume_reading();
      wire.transport->close();
    };
    std::array<Task*, 3> calls{&wire.sink.at_bytes, &wire.sink.at_end, &wire.sink.at_writable};
    *calls[static_cast<std::size_t>(which)] = close;
    wire.transport->start(wire.sink);
    if (which == 0) send_all(wire.peer, numbered(100'000));
    if (which == 1) end_sending(wire.peer);
    if (which == 2) {
      const std::string much = numbered(1U << 20U);
      while (write(*wire.transport, much) == much.size()) {
      }
      while (!read_available(wire.peer).empty()) {
      }
    }
    run_until(loop, "on_closed", [&] { return wire.sink.closed.has_value(); });
    BOOST_TEST(*wire.sink.closed == 0);
    run_rounds(loop);
    BOOST_TEST(wire.sink.forbidden == 0);
    BOOST_TEST(wire.sink.reads <= 1U);
    BOOST_TEST(wire.transport->local().empty());
    BOOST_TEST(!wire.transport->peer().empty());
  }
}

LOOP_CASE(what_was_written_before_close_arrives) {
  Wire wire(loop, tcp_pair());
  wire.transport->start(wire.sink);
  BOOST_TEST(write(*wire.transport, "last words") == 10U);
  wire.transport->close();
  run_until(loop, "on_closed", [&] { return wire.sink.closed.has_value(); });
  const Rest rest = read_to_end(wire.peer);
  BOOST_TEST(rest.bytes == "last words");
  BOOST_TEST(!rest.reset);
}

LOOP_CASE(short_writes_go_on_when_the_socket_is_writable) {
  for (const auto& make_pair : pairs) {
    Wire wire(loop, [&] {
      auto ends = make_pair();
      set_send_buffer(ends.second, 4096);
      return ends;
    }());
    wire.transport->start(wire.sink);
    const std::string bytes = numbered(3U << 20U);
    std::string_view left = bytes;
    const auto write_on = [&] {
      // In as many pieces as one call takes, of uneven sizes.
      while (!left.empty()) {
        std::array<std::string_view, Transport::max_pieces> pieces;
        std::size_t offered = 0;
        for (std::size_t i = 0; i < pieces.size(); ++i) {
          pieces[i] = left.substr(std::min(offered, left.size()), 1 + 700 * i);
          offered += pieces[i].size();
        }
        const std::size_t taken = wire.transport->write(pieces);
        left.remove_prefix(taken);
        if (taken < offered) return;
      }
    };
    wire.sink.at_writable = write_on;
    write_on();
    BOOST_TEST(!left.empty());
    std::string got;
    std::jthread reader([&] { got = read_exactly(wire.peer, bytes.size()); });
    run_until(loop, "everything to be written", [&] { return left.empty(); });
    reader.join();
    BOOST_TEST((got == bytes));
    BOOST_TEST(wire.sink.writable > 0);
  }
}

LOOP_CASE(nobody_is_told_of_room_that_nobody_waits_for) {
  Wire wire(loop, tcp_pair());
  wire.transport->start(wire.sink);
  BOOST_TEST(write(*wire.transport, "fits") == 4U);
  run_rounds(loop);
  BOOST_TEST(wire.sink.writable == 0);
}

LOOP_CASE(bytes_come_in_while_a_write_waits) {
  Wire wire(loop, tcp_pair());
  wire.transport->start(wire.sink);
  const std::string much = numbered(1U << 20U);
  while (write(*wire.transport, much) == much.size()) {
  }
  send_all(wire.peer, "hello");
  run_until(loop, "bytes", [&] { return wire.sink.bytes == "hello"; });
  wire.transport->pause_reading();
  send_all(wire.peer, " again");
  run_rounds(loop);
  BOOST_TEST(wire.sink.bytes == "hello");
  wire.transport->resume_reading();
  run_until(loop, "bytes", [&] { return wire.sink.bytes == "hello again"; });
}

LOOP_CASE(a_reset_ends_the_stream_with_its_error) {
  Wire wire(loop, tcp_pair());
  wire.transport->start(wire.sink);
  run_rounds(loop);
  reset(std::move(wire.peer));
  run_until(loop, "on_closed", [&] { return wire.sink.closed.has_value(); });
  BOOST_TEST(*wire.sink.closed == ECONNRESET);
  run_rounds(loop);
  BOOST_TEST(wire.sink.forbidden == 0);
  BOOST_TEST(!wire.sink.ended);
}

LOOP_CASE(a_reset_that_comes_while_paused_is_told_at_the_latest_on_resuming) {
  for (const bool blocked : {false, true}) {
    Wire wire(loop, tcp_pair());
    wire.transport->start(wire.sink);
    run_rounds(loop);
    wire.transport->pause_reading();
    if (blocked) {
      const std::string much = numbered(1U << 20U);
      while (write(*wire.transport, much) == much.size()) {
      }
    }
    reset(std::move(wire.peer));
    run_rounds(loop);
    BOOST_TEST(wire.sink.reads == 0U);
    wire.transport->resume_reading();
    run_until(loop, "on_closed", [&] {
      // As a connection does that has something to send.
      if (wire.sink.writable > 0) write(*wire.transport, "more");
      return wire.sink.closed.has_value();
    });
    BOOST_TEST((*wire.sink.closed == ECONNRESET || *wire.sink.closed == EPIPE));
    BOOST_TEST(wire.sink.forbidden == 0);
  }
}

LOOP_CASE(writing_to_a_peer_that_has_gone_ends_the_stream_once_and_raises_no_signal) {
  for (const auto& make_pair : pairs) {
    Wire wire(loop, make_pair());
    wire.transport->start(wire.sink);
    wire.transport->pause_reading();
    wire.peer.close();
    std::array<std::string_view, 2> pieces{"into ", "the void"};
    while (wire.transport->write(pieces) != 0) run_rounds(loop);
    BOOST_TEST(!wire.sink.closed.has_value());  // later, from the loop
    BOOST_TEST(write(*wire.transport, "again") == 0U);
    run_until(loop, "on_closed", [&] { return wire.sink.closed.has_value(); });
    BOOST_TEST((*wire.sink.closed == ECONNRESET || *wire.sink.closed == EPIPE));
    run_rounds(loop);
    BOOST_TEST(wire.sink.forbidden == 0);
  }
}

LOOP_CASE(a_descriptor_that_is_used_again_in_the_same_round_hears_nothing_of_the_old_one) {
  // Both have bytes in the same round. The first to be told closes the other, whose number goes
  // to a connection that has nothing to say.
  Wire first(loop, tcp_pair());
  Wire second(loop, tcp_pair());
  auto [silent_peer, silent] = tcp_pair();
  Recorder sink(loop);
  TransportPtr transport;
  const auto replace = [&](Wire& other) {
    if (transport != nullptr) return;
    other.transport.reset();
    Descriptor again(::dup(silent.get()));  // the lowest free number: the other's
    silent.close();
    auto adopted = loop.adopt({std::move(again), loopback(1), nullptr});
    BOOST_REQUIRE(adopted.ok());
    transport = adopted.take();
    transport->start(sink);
  };
  first.sink.at_bytes = [&] { replace(second); };
  second.sink.at_bytes = [&] { replace(first); };
  first.transport->start(first.sink);
  second.transport->start(second.sink);
  run_rounds(loop);
  send_all(first.peer, "a");
  send_all(second.peer, "b");
  end_sending(first.peer);
  end_sending(second.peer);
  run_until(loop, "bytes", [&] { return transport != nullptr; });
  run_rounds(loop);
  BOOST_TEST(first.sink.bytes.size() + second.sink.bytes.size() == 1U);
  BOOST_TEST(sink.reads == 0U);
  BOOST_TEST(!sink.ended);
  send_all(silent_peer, "hello");
  run_until(loop, "the new one's bytes", [&] { return sink.bytes == "hello"; });
  BOOST_TEST(!sink.ended);
}

LOOP_CASE(addresses_are_those_of_the_socket) {
  auto ends = tcp_pair();
  const SocketAddress near = address_of(ends.first);
  const SocketAddress far = address_of(ends.second);
  auto adopted = loop.adopt({std::move(ends.second), near, nullptr});
  BOOST_REQUIRE(adopted.ok());
  BOOST_TEST(adopted.value()->peer().to_string() == near.to_string());
  BOOST_TEST(adopted.value()->local().to_string() == far.to_string());
}

namespace {

/// Sends back what comes, keeping what the kernel does not take.
class EchoSink final : public Sink {
 public:
  EchoSink(EventLoop& loop, Transport& transport) : loop_(loop), transport_(transport) {}

 private:
  void on_bytes(std::string_view bytes) override {
    queue_ += bytes;
    if (!blocked_) write_on();
  }
  void on_writable() override {
    blocked_ = false;
    write_on();
  }
  void on_end() override { loop_.stop(); }
  void on_closed(int) override { loop_.stop(); }
  void write_on() {
    if (queue_.empty()) return;
    queue_.erase(0, write(transport_, queue_));
    blocked_ = !queue_.empty();
    if (queue_.size() > 256 * 1024)
      transport_.pause_reading();
    else
      transport_.resume_reading();
  }

  EventLoop& loop_;
  Transport& transport_;
  std::string queue_;
  bool blocked_ = false;
};

std::atomic<std::uint64_t> interruptions{0};
void count_signal(int) { interruptions.fetch_add(1); }

}  // namespace

LOOP_CASE(signals_without_end_disturb_no_stream) {
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = count_signal;  // without SA_RESTART: every call may be interrupted
  BOOST_REQUIRE(::sigaction(SIGUSR1, &action, &before) == 0);
  interruptions = 0;
  auto [peer, far] = tcp_pair();
  auto adopted = loop.adopt({std::move(far), loopback(1), nullptr});
  BOOST_REQUIRE(adopted.ok());
  const TransportPtr transport = adopted.take();
  EchoSink sink(loop, *transport);
  transport->start(sink);
  int timers = 0;
  std::jthread runner([&] {
    loop.run_after(1ms, [&] { ++timers; });
    loop.run();
  });
  std::jthread storm([thread = runner.native_handle()](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      ::pthread_kill(thread, SIGUSR1);
      yield_processor();
    }
  });
  const std::string bytes = numbered(scaled(8U << 20U));
  std::string got;
  try {
    got = exchange(peer, bytes, bytes.size(), 11);
    wait_until("a hundred signals", [] { return interruptions > 100; });
  } catch (...) {
    loop.stop();
    throw;
  }
  storm.request_stop();
  storm.join();
  end_sending(peer);
  runner.join();
  ::sigaction(SIGUSR1, &before, nullptr);
  BOOST_TEST((got == bytes));
  BOOST_TEST(timers == 1);
}

// What follows is told from the loop's own look as well as from a wait (Asio), whichever paid last.

LOOP_CASE(many_that_sent_and_ended_before_they_started_are_all_told_in_order) {
  std::vector<std::unique_ptr<Wire>> wires;
  for (std::size_t i = 0; i < 300; ++i) {
    wires.push_back(std::make_unique<Wire>(loop, tcp_pair()));
    send_all(wires.back()->peer, numbered(1 + i * 7));
    if (i % 3 != 0) end_sending(wires.back()->peer);
    wires.back()->transport->start(wires.back()->sink);
    if (i % 5 == 0) run_rounds(loop, 1);
  }
  for (std::size_t i = 0; i < wires.size(); ++i) {
    Wire& wire = *wires[i];
    run_until(loop, "all bytes", [&] { return wire.sink.bytes.size() == 1 + i * 7; });
    if (i % 3 == 0) end_sending(wire.peer);
    run_until(loop, "the end", [&] { return wire.sink.ended; });
    BOOST_TEST((wire.sink.bytes == numbered(1 + i * 7)));
    BOOST_TEST(wire.sink.forbidden == 0);
  }
}

LOOP_CASE(many_take_turns_and_each_is_told_its_own) {
  std::vector<std::unique_ptr<Wire>> wires;
  for (std::size_t i = 0; i < 40; ++i) {
    wires.push_back(std::make_unique<Wire>(loop, tcp_pair()));
    wires.back()->transport->start(wires.back()->sink);
  }
  std::string expected;
  for (const std::size_t size : {1U, 600U, 600U, 5U, 70'000U, 512U, 3U, 513U, 1U, 1U, 1U}) {
    expected += numbered(size);
    // Half of them send while the others are still being read.
    for (std::size_t i = 0; i < wires.size(); i += 2) send_all(wires[i]->peer, numbered(size));
    run_rounds(loop, 1);
    for (std::size_t i = 1; i < wires.size(); i += 2) send_all(wires[i]->peer, numbered(size));
    for (const auto& wire : wires) {
      run_until(loop, "all bytes", [&] { return wire->sink.bytes.size() == expected.size(); });
    }
  }
  for (const auto& wire : wires) {
    BOOST_TEST((wire->sink.bytes == expected));
    end_sending(wire->peer);
    run_until(loop, "the end", [&] { return wire->sink.ended; });
    wire->transport->close();
    run_until(loop, "on_closed", [&] { return wire->sink.closed.has_value(); });
    BOOST_TEST(wire->sink.forbidden == 0);
  }
}

LOOP_CASE(a_wide_reader_may_pause_end_and_be_reset) {
  enum class Then { end, reset };
  for (const Then then : {Then::end, Then::reset}) {
    for (const std::size_t size : {1U, 512U, 100'000U}) {
      Wire wire(loop, tcp_pair());
      wire.transport->start(wire.sink);
      const std::string wide = numbered(4'000);
      for (int i = 0; i < 3; ++i) {
        wire.sink.bytes.clear();
        send_all(wire.peer, wide);
        run_until(loop, "a wide read", [&] { return wire.sink.bytes.size() == wide.size(); });
      }
      wire.sink.bytes.clear();
      wire.transport->pause_reading();
      send_all(wire.peer, numbered(size));
      run_rounds(loop);
      BOOST_TEST(wire.sink.bytes.empty());
      wire.transport->resume_reading();
      run_until(loop, "all bytes", [&] { return wire.sink.bytes.size() == size; });
      BOOST_TEST((wire.sink.bytes == numbered(size)));
      if (then == Then::end) {
        end_sending(wire.peer);
        run_until(loop, "the end", [&] { return wire.sink.ended; });
      } else {
        reset(std::move(wire.peer));
        run_until(loop, "on_closed", [&] { return wire.sink.closed.has_value(); });
        BOOST_TEST(*wire.sink.closed == ECONNRESET);
      }
      BOOST_TEST(wire.sink.forbidden == 0);
    }
  }
}
