// Each option is applied, and the system says so; what it refuses, or what means nothing, is an
// error.
#include "weir/io/socket_options.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "unit/io/loop_case.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

Descriptor socket_of(int family, int type) {
  return Descriptor(::socket(family, type | SOCK_CLOEXEC, 0));
}

/// What a new TCP connection has after `options`.
SocketOptions applied(const SocketOptions& options, SocketRole role = SocketRole::connection,
                      int family = AF_INET) {
  const Descriptor socket = socket_of(family, SOCK_STREAM);
  const Status status = apply_options(socket.get(), options, role);
  BOOST_TEST(status.ok(), (status.ok() ? "" : status.error().message));
  return read_options(socket.get());
}

std::string refused(const SocketOptions& options, int family = AF_INET, int type = SOCK_STREAM,
                    SocketRole role = SocketRole::connection) {
  const Descriptor socket = socket_of(family, type);
  const Status status = apply_options(socket.get(), options, role);
  return status.ok() ? "it was taken" : status.error().message;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(socket_options)

BOOST_AUTO_TEST_CASE(small_writes_go_out_at_once_unless_told_otherwise) {
  BOOST_TEST(applied({}).no_delay);
  BOOST_TEST(!applied({.no_delay = false}).no_delay);
}

BOOST_AUTO_TEST_CASE(keep_alive_and_its_times_are_set) {
  const SocketOptions got = applied({.keep_alive = true,
                                     .keep_alive_idle = 60s,
                                     .keep_alive_interval = 10s,
                                     .keep_alive_probes = 4});
  BOOST_TEST(got.keep_alive.value());
  BOOST_TEST((got.keep_alive_idle == 60s));
  BOOST_TEST((got.keep_alive_interval == 10s));
  BOOST_TEST(got.keep_alive_probes.value() == 4);
}

BOOST_AUTO_TEST_CASE(buffers_are_at_least_as_large_as_was_asked_for) {
  const SocketOptions got = applied({.send_buffer = 20'000, .receive_buffer = 30'000});
  BOOST_TEST(got.send_buffer.value() == 40'000);
  BOOST_TEST(got.receive_buffer.value() == 60'000);
}

BOOST_AUTO_TEST_CASE(a_buffer_that_the_system_cuts_down_is_an_error) {
  BOOST_TEST(refused({.send_buffer = 1 << 30}).find("cannot set SO_SNDBUF: the system gives") ==
             0U);
}

BOOST_AUTO_TEST_CASE(linger_and_the_user_timeout_are_set) {
  const SocketOptions got = applied({.linger = 3s, .user_timeout = 1500ms});
  BOOST_TEST((got.linger == 3s));
  BOOST_TEST((got.user_timeout == 1500ms));
  BOOST_TEST((applied({.linger = 0s}).linger == 0s));
  BOOST_TEST(!applied({}).linger.has_value());
}

BOOST_AUTO_TEST_CASE(the_type_of_service_is_set_for_both_families) {
  BOOST_TEST(applied({.type_of_service = 0x28}).type_of_service.value() == 0x28);
  BOOST_TEST(applied({.type_of_service = 0x28}, SocketRole::connection, AF_INET6)
                 .type_of_service.value() == 0x28);
}

BOOST_AUTO_TEST_CASE(a_socket_can_be_kept_to_its_own_networks) {
  BOOST_TEST(applied({.dont_route = true}).dont_route.value());
}

BOOST_AUTO_TEST_CASE(a_mark_is_set_or_its_failure_reported) {
  const Descriptor socket = socket_of(AF_INET, SOCK_STREAM);
  const Status status = apply_options(socket.get(), {.mark = 7}, SocketRole::connection);
  if (status.ok()) {
    BOOST_TEST(read_options(socket.get()).mark.value() == 7U);
  } else {
    BOOST_TEST(status.error().code == EPERM);
    BOOST_TEST(status.error().message.find("cannot set SO_MARK to 7") == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_listener_takes_a_port_again_and_ipv6_alone) {
  BOOST_TEST(applied({}, SocketRole::listener).reuse_address);
  BOOST_TEST(!applied({.reuse_address = false}, SocketRole::listener).reuse_address);
  BOOST_TEST(applied({}, SocketRole::listener, AF_INET6).v6_only.value());
  BOOST_TEST(!applied({.v6_only = false}, SocketRole::listener, AF_INET6).v6_only.value());
}

BOOST_AUTO_TEST_CASE(fast_open_is_set_on_both_ends) {
  BOOST_TEST(applied({.fast_open = 1}).fast_open.value() == 1);
  const Descriptor listening = open_listener();
  BOOST_REQUIRE(apply_options(listening.get(), {.fast_open = 16}, SocketRole::listener).ok());
  BOOST_TEST(read_options(listening.get()).fast_open.value() == 16);
}

BOOST_AUTO_TEST_CASE(a_listener_can_be_for_one_processor) {
  const Descriptor listening = open_listener();
  BOOST_REQUIRE(apply_options(listening.get(), {.incoming_cpu = 0}, SocketRole::listener).ok());
  BOOST_TEST(read_options(listening.get()).incoming_cpu.value() == 0);
}

BOOST_AUTO_TEST_CASE(what_means_nothing_to_a_socket_is_refused_by_name) {
  const std::string nothing = ": it means nothing to this kind of socket";
  BOOST_TEST(refused({.keep_alive = true}, AF_UNIX) == "cannot set SO_KEEPALIVE" + nothing);
  BOOST_TEST(refused({.type_of_service = 8}, AF_UNIX) == "cannot set IP_TOS" + nothing);
  BOOST_TEST(refused({.user_timeout = 1s}, AF_INET, SOCK_DGRAM) ==
             "cannot set TCP_USER_TIMEOUT" + nothing);
  BOOST_TEST(refused({.v6_only = true}, AF_INET, SOCK_STREAM, SocketRole::listener) ==
             "cannot set IPV6_V6ONLY" + nothing);
  BOOST_TEST(refused({}, AF_UNIX, SOCK_DGRAM) == "it was taken");
}

BOOST_AUTO_TEST_CASE(a_time_that_the_system_cannot_count_is_refused) {
  BOOST_TEST(refused({.keep_alive_idle = 1500ms}) ==
             "cannot set TCP_KEEPIDLE: it counts whole seconds");
  BOOST_TEST(refused({.linger = 100ms}) ==
             "cannot set SO_LINGER: it counts whole seconds, at most 32767");
  BOOST_TEST(refused({.user_timeout = 100us}) ==
             "cannot set TCP_USER_TIMEOUT: it counts whole milliseconds");
  BOOST_TEST(refused({.keep_alive_idle = -1s}) ==
             "cannot set TCP_KEEPIDLE: it counts whole seconds");
}

BOOST_AUTO_TEST_CASE(a_value_that_the_system_refuses_is_an_error) {
  BOOST_TEST(refused({.keep_alive_probes = 1000}).find("cannot set TCP_KEEPCNT to 1000: ") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

class Keep final : public AcceptSink {
 public:
  explicit Keep(EventLoop& loop) : loop_(loop) {}
  std::optional<Accepted> accepted;

 private:
  void on_accept(Accepted one) override {
    accepted.emplace(std::move(one));
    loop_.stop();
  }
  void on_shed(std::size_t, int) override {}
  EventLoop& loop_;
};

}  // namespace

LOOP_CASE(a_listeners_options_are_its_connections_options) {
  Keep keep(loop);
  const SocketOptions options{.no_delay = false,
                              .keep_alive = true,
                              .keep_alive_idle = 77s,
                              .linger = 2s,
                              .user_timeout = 9s,
                              .type_of_service = 0x20};
  auto listener = loop.listen(loopback(), {.socket = options}, keep);
  BOOST_REQUIRE(listener.ok());
  const Descriptor client = connect_to(listener.value()->local());
  run_until(loop, "the accepting", [&] { return keep.accepted.has_value(); });
  const SocketOptions got = read_options(keep.accepted->descriptor.get());
  BOOST_TEST(!got.no_delay);
  BOOST_TEST(got.keep_alive.value());
  BOOST_TEST((got.keep_alive_idle == 77s));
  BOOST_TEST((got.linger == 2s));
  BOOST_TEST((got.user_timeout == 9s));
  BOOST_TEST(got.type_of_service.value() == 0x20);
}

LOOP_CASE(a_connections_options_are_set_before_it_connects) {
  const Descriptor listening = open_listener();
  std::optional<Result<TransportPtr>> outcome;
  loop.connect(address_of(listening), {.socket = {.keep_alive = true, .receive_buffer = 20'000}},
               [&](Result<TransportPtr> result) {
                 outcome.emplace(std::move(result));
                 loop.stop();
               });
  run_until(loop, "the connection", [&] { return outcome.has_value(); });
  BOOST_REQUIRE(outcome->ok());
  const SocketOptions got = read_options(outcome->value()->descriptor());
  BOOST_TEST(got.no_delay);
  BOOST_TEST(got.keep_alive.value());
  BOOST_TEST(got.receive_buffer.value() == 40'000);
  BOOST_TEST(outcome->value()->set_options({.no_delay = false}).ok());
  BOOST_TEST(!read_options(outcome->value()->descriptor()).no_delay);
}

LOOP_CASE(an_option_that_cannot_be_set_stops_the_start_and_says_why) {
  Keep keep(loop);
  const auto listening = loop.listen(loopback(), {.socket = {.keep_alive_probes = 1000}}, keep);
  BOOST_REQUIRE(!listening.ok());
  BOOST_TEST(listening.error().message.find("cannot listen on tcp://127.0.0.1:0: cannot set "
                                            "TCP_KEEPCNT to 1000: ") == 0U);
  std::optional<Result<TransportPtr>> outcome;
  loop.connect(loopback(1), {.socket = {.keep_alive_probes = 1000}},
               [&](Result<TransportPtr> result) {
                 outcome.emplace(std::move(result));
                 loop.stop();
               });
  BOOST_TEST(!outcome.has_value());
  run_until(loop, "the refusal", [&] { return outcome.has_value(); });
  BOOST_TEST(outcome->error().message.find("cannot connect to tcp://127.0.0.1:1: cannot set "
                                           "TCP_KEEPCNT to 1000: ") == 0U);
}
