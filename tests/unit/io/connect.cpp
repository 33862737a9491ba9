// EventLoop::connect: the handler is told once, later, what became of it; or never, when the loop
// goes first.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "unit/io/loop_case.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

using Outcome = std::optional<Result<TransportPtr>>;

/// Connects and keeps what the handler was told.
void connect_into(EventLoop& loop, const SocketAddress& address, Duration deadline,
                  Outcome& outcome) {
  loop.connect(address, deadline, [&loop, &outcome](Result<TransportPtr> result) {
    BOOST_TEST(!outcome.has_value());
    outcome.emplace(std::move(result));
    loop.stop();
  });
  BOOST_TEST(!outcome.has_value());
}

/// A listener that nobody accepts from and whose queue is full: connecting to it takes for ever.
class BlackHole {
 public:
  BlackHole() : listener_(open_listener(0)) {
    const SocketAddress address = address_of(listener_);
    for (int i = 0; i < 4; ++i) {
      Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      static_cast<void>(
          ::connect(socket.get(), address.data(), static_cast<socklen_t>(address.size())));
      filling_.push_back(std::move(socket));
    }
  }
  [[nodiscard]] SocketAddress address() const { return address_of(listener_); }

 private:
  Descriptor listener_;
  std::vector<Descriptor> filling_;
};

Descriptor accept_from(const Descriptor& listener) {
  return Descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
}

}  // namespace

LOOP_CASE(connecting_gives_a_transport_that_works) {
  const Descriptor listener = open_listener();
  Outcome outcome;
  connect_into(loop, address_of(listener), 1h, outcome);
  run_until(loop, "the connection", [&] { return outcome.has_value(); });
  BOOST_REQUIRE(outcome->ok());
  const TransportPtr transport = outcome->take();
  const Descriptor peer = accept_from(listener);
  BOOST_TEST(transport->peer().to_string() == address_of(listener).to_string());
  Recorder sink(loop);
  transport->start(sink);
  const std::string_view hello = "hello";
  BOOST_TEST(transport->write({&hello, 1}) == 5U);
  BOOST_TEST(read_exactly(peer, 5) == "hello");
  send_all(peer, "world");
  run_until(loop, "bytes", [&] { return sink.bytes == "world"; });
}

LOOP_CASE(the_longest_deadline_is_never) {
  const Descriptor listener = open_listener();
  Outcome outcome;
  connect_into(loop, address_of(listener), Duration::max(), outcome);
  run_until(loop, "the connection", [&] { return outcome.has_value(); });
  BOOST_TEST(outcome->ok());
}

LOOP_CASE(a_refused_connection_is_an_error_that_names_the_address) {
  const Descriptor nowhere = reserve_port();
  const SocketAddress address = address_of(nowhere);
  Outcome outcome;
  connect_into(loop, address, 1h, outcome);
  run_until(loop, "the refusal", [&] { return outcome.has_value(); });
  BOOST_REQUIRE(!outcome->ok());
  BOOST_TEST(outcome->error().code == ECONNREFUSED);
  BOOST_TEST(outcome->error().message.find(address.to_string()) != std::string::npos);
}

LOOP_CASE(a_connection_that_takes_too_long_is_an_error) {
  const std::size_t before = open_descriptors();
  {
    const BlackHole hole;
    Outcome outcome;
    connect_into(loop, hole.address(), 20ms, outcome);
    run_until(loop, "the deadline", [&] { return outcome.has_value(); });
    BOOST_REQUIRE(!outcome->ok());
    BOOST_TEST(outcome->error().code == ETIMEDOUT);
    BOOST_TEST(outcome->error().message.find(hole.address().to_string()) != std::string::npos);
  }
  BOOST_TEST(open_descriptors() == before);
}

LOOP_CASE(many_connect_at_once_and_each_is_told_its_own) {
  const std::size_t before = open_descriptors();
  {
    const Descriptor listener = open_listener(1024);
    const Descriptor nowhere = reserve_port();
    const SocketAddress refused = address_of(nowhere);
    const BlackHole hole;
    constexpr std::size_t count = 150;
    std::vector<Outcome> outcomes(count);
    std::size_t told = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const SocketAddress address = i % 3 == 0   ? address_of(listener)
                                    : i % 3 == 1 ? refused
                                                 : hole.address();
      loop.connect(address, i % 3 == 2 ? 20ms : Duration(1h), [&, i](Result<TransportPtr> result) {
        BOOST_TEST(!outcomes[i].has_value());
        outcomes[i].emplace(std::move(result));
        if (++told == count) loop.stop();
      });
    }
    run_until(loop, "all of them", [&] { return told == count; });
    for (std::size_t i = 0; i < count; ++i) {
      BOOST_REQUIRE(outcomes[i]->ok() == (i % 3 == 0));
      if (i % 3 == 1) BOOST_TEST(outcomes[i]->error().code == ECONNREFUSED);
      if (i % 3 == 2) BOOST_TEST(outcomes[i]->error().code == ETIMEDOUT);
    }
    run_rounds(loop);
  }
  run_rounds(loop);
  BOOST_TEST(open_descriptors() == before);
}

LOOP_CASE(a_handler_may_connect_again) {
  const Descriptor nowhere = reserve_port();
  const SocketAddress address = address_of(nowhere);
  int tries = 0;
  UniqueFunction<void()> attempt;
  attempt = [&] {
    loop.connect(address, 1h, [&](const Result<TransportPtr>& result) {
      BOOST_TEST(!result.ok());
      if (++tries < 20) return attempt();
      loop.stop();
    });
  };
  attempt();
  run_until(loop, "all tries", [&] { return tries == 20; });
}

LOOP_CASE(a_connection_that_its_handler_does_not_keep_is_closed) {
  const Descriptor listener = open_listener();
  bool told = false;
  loop.connect(address_of(listener), 1h, [&](const Result<TransportPtr>& result) {
    BOOST_TEST(result.ok());
    told = true;
    loop.stop();
  });
  run_until(loop, "the connection", [&] { return told; });
  run_rounds(loop);
  BOOST_TEST(read_to_end(accept_from(listener)).bytes.empty());
}

LOOP_CASE(a_loop_that_goes_first_forgets_the_handler) {
  const std::size_t before = open_descriptors();
  {
    const BlackHole hole;
    auto made = make_loop(loop.name());
    BOOST_REQUIRE(made.ok());
    auto other = made.take();
    const auto held = std::make_shared<int>(0);
    for (int i = 0; i < 3; ++i) {
      other->connect(hole.address(), 1h,
                     [held](const Result<TransportPtr>&) { BOOST_ERROR("it was told"); });
    }
    run_rounds(*other);
    BOOST_TEST(held.use_count() == 4);
    other.reset();
    BOOST_TEST(held.use_count() == 1);
  }
  BOOST_TEST(open_descriptors() == before);
}

LOOP_CASE(an_address_that_cannot_be_connected_to_is_told_later) {
  Outcome outcome;
  connect_into(loop, SocketAddress(), 1h, outcome);
  run_until(loop, "the error", [&] { return outcome.has_value(); });
  BOOST_TEST(!outcome->ok());
}
