// From making a server to destroying it, in every order and often: nothing hangs, and no
// descriptor and no thread is left behind.
#include <boost/test/unit_test.hpp>

#include "backend/bench.hpp"
#include "weir/framing/line.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

constexpr auto echo = [](std::string_view frame) { return frame; };

ServerOptions quiet(std::string_view backend, Threads threads = {}) {
  ServerOptions options;
  options.backend = std::string(backend);
  options.threads = threads;
  options.log = Log(LogLevel::off);
  return options;
}

/// A spinning loop takes a processor even when nothing happens.
std::size_t times(std::string_view backend, std::size_t count) {
  return scaled(backend == "spin" ? count / 10 : count);
}

SocketAddress listen_on_any_port(Server& server, Hooks hooks = {}) {
  const auto listening = server.listen("tcp://127.0.0.1:0", lines(), echo, std::move(hooks));
  BOOST_REQUIRE(listening.ok());
  return loopback(listening.value().port);
}

void echo_once(const Descriptor& client) {
  send_all(client, "a\n");
  BOOST_REQUIRE(read_exactly(client, 2) == "a\n");
}

/// What the process holds before a test must be all it holds after it.
class NothingLeft {
 public:
  NothingLeft() {
    std::jthread([] {}).join();  // with the first one, a sanitizer makes a thread of its own
    descriptors_ = open_descriptors();
    threads_ = threads_of_process();
  }
  ~NothingLeft() {
    BOOST_CHECK_EQUAL(open_descriptors(), descriptors_);
    try {
      // A joined thread leaves the process's list a moment later.
      wait_until("the threads to go", [this] { return threads_of_process() <= threads_; });
    } catch (const std::exception& exception) {
      BOOST_ERROR(exception.what());
    }
  }
  NothingLeft(const NothingLeft&) = delete;
  NothingLeft& operator=(const NothingLeft&) = delete;

 private:
  std::size_t descriptors_ = 0;
  std::size_t threads_ = 0;
};

void start_and_stop(std::string_view backend, Threads threads, std::size_t count) {
  const NothingLeft nothing_left;
  for (std::size_t i = 0; i < count; ++i) {
    Server server(quiet(backend, threads));
    const SocketAddress address = listen_on_any_port(server);
    BOOST_REQUIRE(server.start().ok());
    const Descriptor client = connect_to(address);
    echo_once(client);
    server.stop(1h);
    const DrainReport report = server.wait();
    BOOST_REQUIRE_EQUAL(report.to_string(), "drained: 1 idle, 0 finished, 0 cut");
    BOOST_REQUIRE(read_to_end(client).bytes.empty());
  }
}

void a_thousand_starts_and_stops(std::string_view backend) {
  start_and_stop(backend, Threads{}, times(backend, 1000));
}
void starts_and_stops_of_two_threads(std::string_view backend) {
  start_and_stop(backend, Threads{.count = 2}, times(backend, 100));
}
void starts_and_stops_of_a_thread_per_connection(std::string_view backend) {
  start_and_stop(backend, Threads{.per_connection = true}, times(backend, 100));
}

void destroyed_without_a_start(std::string_view backend) {
  const NothingLeft nothing_left;
  { const Server server(quiet(backend)); }
  Server server(quiet(backend, Threads{.count = 3}));
  const SocketAddress address = listen_on_any_port(server);
  const Descriptor waiting = connect_to(address);  // in the backlog for ever
  server.stop(0s);
  BOOST_TEST(server.wait().to_string() == "drained: 0 idle, 0 finished, 0 cut");
  BOOST_TEST(!server.stopped());
}

void started_and_destroyed_at_once(std::string_view backend) {
  const NothingLeft nothing_left;
  for (std::size_t i = 0; i < times(backend, 200); ++i) {
    Server server(quiet(backend, Threads{.count = 1 + i % 2, .per_connection = i % 3 == 0}));
    listen_on_any_port(server);
    BOOST_REQUIRE(server.start().ok());
  }
}

void destroyed_while_busy(std::string_view backend) {
  const NothingLeft nothing_left;
  for (const Threads threads : {Threads{}, Threads{.count = 2}, Threads{.per_connection = true}}) {
    std::vector<Descriptor> clients;
    Events<CloseReason> reasons;
    {
      Server server(quiet(backend, threads));
      Hooks hooks;
      hooks.on_close = [&](Session&, CloseReason reason) { reasons.push(reason); };
      const SocketAddress address = listen_on_any_port(server, std::move(hooks));
      BOOST_REQUIRE(server.start().ok());
      for (int i = 0; i < 10; ++i) {
        clients.push_back(connect_to(address));
        echo_once(clients.back());
        if (i % 2 == 0) send_all(clients.back(), "half a frame");
      }
    }
    BOOST_TEST(reasons.size() == clients.size());
    for (const Descriptor& client : clients) BOOST_TEST(read_to_end(client).bytes.empty());
  }
}

void destroyed_while_clients_are_coming(std::string_view backend) {
  const NothingLeft nothing_left;
  for (const Threads threads : {Threads{}, Threads{.count = 2}, Threads{.per_connection = true}}) {
    for (std::size_t i = 0; i < times(backend, 20); ++i) {
      Events<int> served;
      std::jthread clients;
      Server server(quiet(backend, threads));
      Hooks hooks;
      hooks.on_open = [&](Session&) { served.push(1); };
      const SocketAddress address = listen_on_any_port(server, std::move(hooks));
      BOOST_REQUIRE(server.start().ok());
      clients = std::jthread([address](const std::stop_token& stop) {
        // Until nobody listens any more.
        while (!stop.stop_requested()) {
          try {
            const Descriptor client = connect_to(address);
            send_all(client, "a\n");
          } catch (const std::exception&) {
            return;
          }
        }
      });
      for (int count = 0; count < 3; ++count) static_cast<void>(served.wait("a client"));
    }
  }
}

void a_failed_listen_is_told_by_start_and_leaves_nothing(std::string_view backend) {
  const NothingLeft nothing_left;
  const Descriptor taken = open_listener();
  const std::string endpoint = address_of(taken).to_string();
  for (const std::size_t count : {1U, 3U}) {
    Server server(quiet(backend, Threads{.count = count}));
    const auto listening = server.listen(endpoint, lines(), echo);
    BOOST_REQUIRE(!listening.ok());
    BOOST_TEST(listening.error().message.find(endpoint) != std::string::npos);
    BOOST_TEST(server.listen("tcp://127.0.0.1:0", lines(), echo).ok());
    const Status started = server.start();
    BOOST_REQUIRE(!started.ok());
    BOOST_TEST(started.error().message == listening.error().message);
    server.stop(0s);
    server.wait();
  }
}

void a_server_starts_once(std::string_view backend) {
  Server server(quiet(backend));
  BOOST_TEST(!server.start().ok());  // nothing to serve
  const SocketAddress address = listen_on_any_port(server);
  BOOST_TEST(server.start().ok());
  BOOST_TEST(!server.start().ok());
  BOOST_TEST(!server.listen("tcp://127.0.0.1:0", lines(), echo).ok());
  echo_once(connect_to(address));
}

void handles_outlive_the_server_and_are_used_from_other_threads(std::string_view backend) {
  for (const Threads threads : {Threads{}, Threads{.count = 2}, Threads{.per_connection = true}}) {
    Events<Session> sessions;
    std::vector<std::jthread> users;
    std::vector<Session> kept;
    std::atomic<bool> over{false};
    {
      Server server(quiet(backend, threads));
      Hooks hooks;
      hooks.on_open = [&](Session& session) { sessions.push(session); };
      const SocketAddress address = listen_on_any_port(server, std::move(hooks));
      BOOST_REQUIRE(server.start().ok());
      std::vector<Descriptor> clients;
      for (int i = 0; i < 2; ++i) {
        clients.push_back(connect_to(address));
        kept.push_back(sessions.wait("a session"));
        // Uses the handle before, during and after the server's end.
        users.emplace_back([handle = kept.back(), &over]() mutable {
          bool last = false;
          while (!last) {
            last = over;
            handle.send("x");
            handle.pause();
            handle.resume();
            static_cast<void>(handle.queued());
            static_cast<void>(handle.open());
            yield_processor();
          }
          handle.shutdown_write();
          handle.close();
          handle.abort();
        });
      }
      for (const Descriptor& client : clients) BOOST_TEST(read_exactly(client, 2) == "x\n");
    }
    over = true;
    users.clear();
    for (Session& session : kept) {
      BOOST_TEST(!session.open());
      BOOST_TEST((session.send("late") == SendResult::rejected));
      BOOST_TEST(session.queued() == 0U);
      BOOST_TEST(session.id() != 0U);
      BOOST_TEST(session.peer().host() == "127.0.0.1");
    }
    BOOST_TEST(kept[0].id() != kept[1].id());
  }
}

void several_threads_may_wait_for_the_end(std::string_view backend) {
  Server server(quiet(backend, Threads{.count = 2}));
  const SocketAddress address = listen_on_any_port(server);
  BOOST_REQUIRE(server.start().ok());
  echo_once(connect_to(address));
  std::vector<std::jthread> waiting;
  for (int i = 0; i < 4; ++i) waiting.emplace_back([&server] { server.wait(); });
  server.stop(0s);
  waiting.clear();
  BOOST_TEST(server.stopped());
}

void a_thread_per_connection_ends_with_its_connection(std::string_view backend) {
  Server server(quiet(backend, Threads{.per_connection = true}));
  const SocketAddress address = listen_on_any_port(server);
  BOOST_REQUIRE(server.start().ok());
  const std::size_t idle = threads_of_process();
  const std::size_t idle_descriptors = open_descriptors();
  for (std::size_t i = 0; i < times(backend, 100); ++i) echo_once(connect_to(address));
  wait_until("the threads of past connections to end", [&] {
    return threads_of_process() <= idle && open_descriptors() <= idle_descriptors;
  });
  BOOST_TEST(server.stats().accepted == times(backend, 100));
}

// --- one suite a backend ---------------------------------------------------------------------

struct Case {
  std::string_view name;
  void (*body)(std::string_view backend);
};

#define CASE(name) \
  Case { #name, &name }
constexpr Case cases[] = {
    CASE(a_thousand_starts_and_stops),
    CASE(starts_and_stops_of_two_threads),
    CASE(starts_and_stops_of_a_thread_per_connection),
    CASE(destroyed_without_a_start),
    CASE(started_and_destroyed_at_once),
    CASE(destroyed_while_busy),
    CASE(destroyed_while_clients_are_coming),
    CASE(a_failed_listen_is_told_by_start_and_leaves_nothing),
    CASE(a_server_starts_once),
    CASE(handles_outlive_the_server_and_are_used_from_other_threads),
    CASE(several_threads_may_wait_for_the_end),
    CASE(a_thread_per_connection_ends_with_its_connection),
};
#undef CASE

[[maybe_unused]] const bool registered = [] {
  namespace ut = boost::unit_test;
  for (const std::string_view backend : {"asio", "select", "poll", "epoll", "spin"}) {
    auto* suite = BOOST_TEST_SUITE(std::string(backend));
    for (const Case& each : cases) {
      suite->add(ut::make_test_case([backend, body = each.body] { body(backend); },
                                    std::string(each.name), __FILE__, __LINE__));
    }
    ut::framework::master_test_suite().add(suite);
  }
  return true;
}();

}  // namespace
