// Bytes past memory: Transport::leave_bytes and write_from on real sockets, and how many pipes.
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "io/pipe.hpp"
#include "io/socket.hpp"
#include "unit/io/loop_case.hpp"

namespace {

using namespace weir;
using namespace weir::test;

/// From its transport through a pipe to another one, from the first bytes on.
class Splicer final : public Sink {
 public:
  Splicer(EventLoop& loop, Transport& from, Transport& to)
      : loop_(loop), from_(from), to_(to), pipe_(pipes_.take()) {}

  std::string bytes;  // those that came the usual way
  std::size_t moved = 0;
  bool ended = false;
  bool closed = false;

  void flush() {
    left_ -= to_.write_from(pipe_->read.get(), left_);
    if (left_ == 0) from_.resume_reading();
  }

 private:
  void on_bytes(std::string_view some) override {
    bytes += some;
    BOOST_TEST(from_.leave_bytes(true));
    loop_.stop();
  }
  void on_readable() override {
    const net::Transfer got = net::splice_in(from_.descriptor(), pipe_->write.get(), pipe_->size);
    moved += got.bytes;
    left_ += got.bytes;
    if (got.end) static_cast<void>(from_.leave_bytes(false));
    if (left_ != 0) flush();
    if (left_ != 0) from_.pause_reading();
    loop_.stop();
  }
  void on_end() override {
    ended = true;
    loop_.stop();
  }
  void on_writable() override {}
  void on_closed(int) override {
    closed = true;
    loop_.stop();
  }

  EventLoop& loop_;
  Transport& from_;
  Transport& to_;
  PipePool pipes_;
  std::unique_ptr<Pipe> pipe_;
  std::size_t left_ = 0;  // in the pipe
};

}  // namespace

LOOP_CASE(what_is_left_goes_through_a_pipe_and_the_end_is_told) {
  for (const auto& make_pair : {&tcp_pair, &unix_pair}) {
    Wire in(loop, make_pair());
    Wire out(loop, make_pair());
    Splicer splicer(loop, *in.transport, *out.transport);
    out.sink.at_writable = [&splicer] { splicer.flush(); };
    in.transport->start(splicer);
    out.transport->start(out.sink);
    send_all(in.peer, "first");
    run_until(loop, "bytes", [&] { return splicer.bytes == "first"; });

    const std::string many(scaled(3'000'000), 'x');
    std::string came;
    bool whole = false;
    std::jthread sender([&] { send_all(in.peer, many); });
    std::jthread reader([&] {
      came = read_exactly(out.peer, many.size());
      loop.post([&] {
        whole = true;
        loop.stop();
      });
    });
    run_until(loop, "all of it", [&] { return whole; });
    BOOST_TEST(splicer.moved == many.size());
    BOOST_TEST((came == many));

    end_sending(in.peer);
    run_until(loop, "the end", [&] { return splicer.ended; });
    BOOST_TEST(splicer.bytes == "first");
  }
}

LOOP_CASE(bytes_come_the_usual_way_again_when_they_are_no_longer_left) {
  Wire in(loop, tcp_pair());
  Wire out(loop, tcp_pair());
  Splicer splicer(loop, *in.transport, *out.transport);
  in.transport->start(splicer);
  send_all(in.peer, "a");
  run_until(loop, "bytes", [&] { return splicer.bytes == "a"; });
  send_all(in.peer, "b");
  run_until(loop, "the pipe", [&] { return splicer.moved == 1; });
  BOOST_TEST(read_exactly(out.peer, 1) == "b");
  BOOST_TEST(in.transport->leave_bytes(false));
  run_rounds(loop);
  send_all(in.peer, "c");
  run_until(loop, "bytes again", [&] { return splicer.moved + splicer.bytes.size() == 3U; });
  in.transport->close();
  run_until(loop, "on_closed", [&] { return splicer.closed; });
}

LOOP_CASE(a_pipe_into_a_connection_that_broke_raises_no_signal_and_ends_it_once) {
  Wire out(loop, tcp_pair());
  PipePool pipes;
  const std::unique_ptr<Pipe> pipe = pipes.take();
  out.transport->start(out.sink);
  run_rounds(loop);
  reset(std::move(out.peer));
  for (int i = 0; i < 3; ++i) {
    BOOST_REQUIRE(::write(pipe->write.get(), "x", 1) == 1);
    BOOST_TEST(out.transport->write_from(pipe->read.get(), 1) <= 1U);
  }
  run_until(loop, "on_closed", [&] { return out.sink.closed.has_value(); });
  BOOST_TEST((*out.sink.closed == EPIPE || *out.sink.closed == ECONNRESET));
  BOOST_TEST(out.transport->write_from(pipe->read.get(), 1) == 0U);
  BOOST_TEST(out.sink.forbidden == 0);
}

BOOST_AUTO_TEST_CASE(no_more_pipes_are_out_than_may_be_and_few_are_kept) {
  constexpr std::size_t most_out = 256;
  constexpr std::size_t most_spare = 16;
  const std::size_t before = open_descriptors();
  PipePool pool;
  std::vector<std::unique_ptr<Pipe>> out;
  while (auto pipe = pool.take()) out.push_back(std::move(pipe));
  BOOST_TEST(out.size() == most_out);
  pool.drop(std::move(out.back()));
  out.back() = pool.take();
  BOOST_TEST((out.back() != nullptr));
  BOOST_TEST((pool.take() == nullptr));
  for (auto& pipe : out) pool.give(std::move(pipe));
  BOOST_TEST(open_descriptors() == before + 2 * most_spare);
}
