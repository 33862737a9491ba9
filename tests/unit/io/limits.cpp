// Out of descriptors, and beyond what select() can count: refused and recovered from, visibly.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <vector>

#include "io/acceptor.hpp"
#include "unit/io/loop_case.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

/// Keeps what a listener tells it, and stops the loop at everything.
class Acceptance final : public AcceptSink {
 public:
  explicit Acceptance(EventLoop& loop) : loop_(loop) {}
  std::vector<Accepted> accepted;
  std::size_t sheddings = 0;
  std::size_t shed = 0;
  int error = 0;
  Task at_accept;

 private:
  void on_accept(Accepted one) override {
    EventLoop& loop = loop_;
    accepted.push_back(std::move(one));
    loop.stop();
    if (at_accept) at_accept();
  }
  void on_shed(std::size_t count, int why) override {
    ++sheddings;
    shed += count;
    error = why;
    loop_.stop();
  }
  EventLoop& loop_;
};

void require(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(what);
}

/// Runs `work` in a child process, which may do to itself what it likes. Answers why it failed,
/// or nothing.
template <class Work>
std::string in_child(Work work) {
  std::array<int, 2> ends{};
  BOOST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) {
    std::string why;
    try {
      work();
    } catch (const std::exception& exception) {
      why = exception.what();
    }
    [[maybe_unused]] const auto written = ::write(ends[1], why.data(), why.size());
    ::_exit(why.empty() ? 0 : 1);
  }
  ::close(ends[1]);
  const Descriptor from(ends[0]);
  std::string why(4096, '\0');
  const ssize_t size = ::read(from.get(), why.data(), why.size());
  why.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (status != 0 && why.empty()) why = "the child ended with status " + std::to_string(status);
  return why;
}

void limit_descriptors(rlim_t count) {
  rlimit limit{};
  require(::getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
  limit.rlim_cur = count;
  require(::setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
}

int lowest_free_descriptor() {
  const Descriptor probe(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return probe.get();
}

/// Takes every descriptor below FD_SETSIZE.
std::vector<Descriptor> take_low_descriptors() {
  rlimit limit{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  if (limit.rlim_cur < FD_SETSIZE + 100) {
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, FD_SETSIZE + 100);
    BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  }
  BOOST_REQUIRE(limit.rlim_cur >= FD_SETSIZE + 100);
  std::vector<Descriptor> taken;
  do {
    taken.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    BOOST_REQUIRE(taken.back().valid());
  } while (taken.back().get() < FD_SETSIZE);
  return taken;
}

}  // namespace

LOOP_CASE(a_listener_takes_what_comes_and_says_where_it_is) {
  Acceptance sink(loop);
  auto listening = loop.listen(loopback(), {}, sink);
  BOOST_REQUIRE(listening.ok());
  const std::unique_ptr<Listener> listener = listening.take();
  const SocketAddress address = listener->local();
  BOOST_TEST(address.port() != 0);
  std::vector<Descriptor> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(connect_to(address));
  run_until(loop, "all clients", [&] { return sink.accepted.size() == clients.size(); });
  for (std::size_t i = 0; i < clients.size(); ++i) {
    BOOST_REQUIRE_EQUAL(sink.accepted[i].peer.to_string(), address_of(clients[i]).to_string());
  }
  BOOST_TEST(sink.sheddings == 0U);
}

LOOP_CASE(an_address_that_is_taken_is_an_error_that_names_it) {
  using SharePort = ListenOptions::SharePort;
  Acceptance sink(loop);
  const Descriptor taken = open_listener();
  const SocketAddress address = address_of(taken);
  for (const SharePort share : {SharePort::no, SharePort::first}) {
    const auto listening = loop.listen(address, {.share_port = share}, sink);
    BOOST_REQUIRE(!listening.ok());
    BOOST_TEST(listening.error().code == EADDRINUSE);
    BOOST_TEST(listening.error().message.find(address.to_string()) != std::string::npos);
  }
}

LOOP_CASE(listeners_may_share_a_port_after_the_first) {
  using SharePort = ListenOptions::SharePort;
  Acceptance sink(loop);
  auto first = loop.listen(loopback(), {.share_port = SharePort::first}, sink);
  BOOST_REQUIRE(first.ok());
  const SocketAddress address = first.value()->local();
  auto next = loop.listen(address, {.share_port = SharePort::next}, sink);
  BOOST_REQUIRE(next.ok());
  BOOST_TEST(!loop.listen(address, {.share_port = SharePort::first}, sink).ok());
  std::vector<Descriptor> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(connect_to(address));
  run_until(loop, "all clients", [&] { return sink.accepted.size() == clients.size(); });
}

LOOP_CASE(a_listener_that_is_destroyed_accepts_no_more) {
  Acceptance sink(loop);
  auto listening = loop.listen(loopback(), {}, sink);
  BOOST_REQUIRE(listening.ok());
  std::unique_ptr<Listener> listener = listening.take();
  const SocketAddress address = listener->local();
  run_rounds(loop);
  const Descriptor client = connect_to(address);
  listener.reset();
  run_rounds(loop);
  BOOST_TEST(sink.accepted.empty());
  BOOST_CHECK_THROW(static_cast<void>(connect_to(address)), std::system_error);
}

LOOP_CASE(a_sink_may_destroy_its_listener) {
  Acceptance sink(loop);
  auto listening = loop.listen(loopback(), {}, sink);
  BOOST_REQUIRE(listening.ok());
  std::unique_ptr<Listener> listener = listening.take();
  std::vector<Descriptor> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(connect_to(listener->local()));
  sink.at_accept = [&] { listener.reset(); };
  run_until(loop, "a client", [&] { return !sink.accepted.empty(); });
  run_rounds(loop);
  BOOST_TEST(sink.accepted.size() == 1U);
  BOOST_TEST(sink.sheddings == 0U);
}

LOOP_CASE(connections_that_are_reset_before_they_are_accepted_disturb_no_other) {
  Acceptance sink(loop);
  auto listening = loop.listen(loopback(), {}, sink);
  BOOST_REQUIRE(listening.ok());
  const SocketAddress address = listening.value()->local();
  for (int i = 0; i < 10; ++i) reset(connect_to(address));
  const Descriptor client = connect_to(address);
  const std::string mine = address_of(client).to_string();
  run_until(loop, "the client that stayed", [&] {
    return !sink.accepted.empty() && sink.accepted.back().peer.to_string() == mine;
  });
  BOOST_TEST(sink.sheddings == 0U);
}

LOOP_CASE(out_of_descriptors_a_listener_sheds_rests_and_recovers) {
  constexpr std::size_t count = Acceptor::shed_batch + 24;
  const auto work = [&](Duration pause) {
    Acceptance sink(loop);
    auto listening = loop.listen(loopback(), {.overload_pause = pause}, sink);
    require(listening.ok(), "cannot listen");
    const std::unique_ptr<Listener> listener = listening.take();
    run_rounds(loop);
    std::vector<Descriptor> clients;
    for (std::size_t i = 0; i < count; ++i) clients.push_back(connect_to(listener->local()));
    limit_descriptors(static_cast<rlim_t>(lowest_free_descriptor()) + 4);
    run_until(loop, "the listener to shed", [&] { return sink.sheddings > 0; });
    require(sink.accepted.size() == 4, "not as many were accepted as there was room for");
    require(sink.error == EMFILE, "the error is not EMFILE");
    require(sink.shed == Acceptor::shed_batch, "not one batch was shed");
    require(read_to_end(clients[4]).bytes.empty(), "the fifth was not closed");
    if (pause > 1min) {
      // It rests: many rounds with clients that wait, and no word of them.
      run_rounds(loop, 200);
      require(sink.sheddings == 1, "it did not rest");
      require(sink.accepted.size() == 4, "it accepted while it rested");
      return;
    }
    limit_descriptors(1024);
    run_until(loop, "the listener to recover", [&] { return sink.accepted.size() > 4; });
    const std::size_t shed = sink.shed;
    run_until(loop, "those that waited", [&] { return sink.accepted.size() + shed == count; });
    clients.push_back(connect_to(listener->local()));
    run_until(loop, "a new one", [&] { return sink.accepted.size() + shed == count + 1; });
  };
  BOOST_TEST(in_child([&] { work(1h); }) == "");
  BOOST_TEST(in_child([&] { work(50ms); }) == "");
}

LOOP_CASE(a_listener_goes_while_it_rests) {
  BOOST_TEST(in_child([&] {
               Acceptance sink(loop);
               auto listening = loop.listen(loopback(), {.overload_pause = 1ms}, sink);
               require(listening.ok(), "cannot listen");
               std::unique_ptr<Listener> listener = listening.take();
               run_rounds(loop);
               const Descriptor client = connect_to(listener->local());
               limit_descriptors(static_cast<rlim_t>(lowest_free_descriptor()));
               run_until(loop, "the listener to shed", [&] { return sink.sheddings > 0; });
               listener.reset();
               bool later = false;
               loop.run_after(3ms, [&] {
                 later = true;
                 loop.stop();
               });
               run_until(loop, "the time of its rest", [&] { return later; });
               require(sink.sheddings == 1, "a listener that is gone was told to go on");
             }) == "");
}

LOOP_CASE(a_loop_that_the_system_has_no_descriptor_for_is_an_error) {
  const std::string_view name = loop.name();
  // Asio throws, and the sanitizer needs a pipe to look at what was thrown.
  if (sanitized && name == "asio") return;
  BOOST_TEST(in_child([&] {
               const int free = lowest_free_descriptor();
               // With some descriptors it gets further before it fails; with enough it works.
               for (int room = 0; room < 8; ++room) {
                 limit_descriptors(static_cast<rlim_t>(free + room));
                 const auto made = make_loop(name);
                 if (room == 0) require(!made.ok(), "a loop without a descriptor");
                 if (!made.ok()) require(!made.error().message.empty(), "no reason");
                 if (room == 7) require(made.ok(), "seven descriptors are not enough");
               }
             }) == "");
}

LOOP_CASE(connecting_without_a_descriptor_is_an_error) {
  BOOST_TEST(in_child([&] {
               const Descriptor listener = open_listener();
               limit_descriptors(static_cast<rlim_t>(lowest_free_descriptor()));
               int code = 0;
               loop.connect(address_of(listener), 1h, [&](const Result<TransportPtr>& result) {
                 code = result.ok() ? -1 : result.error().code;
                 loop.stop();
               });
               run_until(loop, "the error", [&] { return code != 0; });
               require(code == EMFILE, "the error is not EMFILE");
             }) == "");
}

LOOP_CASE(a_descriptor_beyond_select_is_served_by_all_others_and_refused_by_select) {
  const bool refused = loop.name() == "select";
  Acceptance sink(loop);
  auto listening = loop.listen(loopback(), {}, sink);
  BOOST_REQUIRE(listening.ok());
  const SocketAddress address = listening.value()->local();
  Wire low(loop, tcp_pair());
  low.transport->start(low.sink);
  const std::vector<Descriptor> taken = take_low_descriptors();

  // Accepted and adopted.
  const Descriptor client = connect_to(address);
  run_until(loop, "the client", [&] { return !sink.accepted.empty(); });
  BOOST_REQUIRE(sink.accepted.front().descriptor.get() >= FD_SETSIZE);
  auto adopted = loop.adopt(std::move(sink.accepted.front()));
  BOOST_TEST(adopted.ok() == !refused);
  if (refused) {
    BOOST_TEST(adopted.error().code == EMFILE);
    BOOST_TEST(adopted.error().message.find("select") != std::string::npos);
    BOOST_TEST(adopted.error().message.find(std::to_string(FD_SETSIZE)) != std::string::npos);
    BOOST_TEST(read_to_end(client).bytes.empty());
  } else {
    Recorder high(loop);
    adopted.value()->start(high);
    send_all(client, "hello");
    run_until(loop, "bytes", [&] { return high.bytes == "hello"; });
  }

  // Connected.
  bool told = false;
  loop.connect(address, 1h, [&](const Result<TransportPtr>& result) {
    told = true;
    BOOST_TEST(result.ok() == !refused);
    if (refused) BOOST_TEST(result.error().message.find("select") != std::string::npos);
    loop.stop();
  });
  run_until(loop, "the connection", [&] { return told; });

  // Listened on, watched, and a loop of its own.
  BOOST_TEST(loop.listen(loopback(), {}, sink).ok() == !refused);
  const Descriptor other = connect_to(address);
  BOOST_TEST(loop.watch_readable(other.get(), [] {}).ok() == !refused);
  BOOST_TEST(make_loop(loop.name()).ok() == !refused);

  // What is below goes on.
  send_all(low.peer, "still here");
  run_until(loop, "bytes", [&] { return low.sink.bytes == "still here"; });
}
