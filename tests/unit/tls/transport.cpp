// The way of the bytes through TLS: whole, in order, bounded; and what its end means.
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <vector>

#include "tls/tls_transport.hpp"
#include "unit/tls/pair.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// Everything that both ends send arrives, however the bytes are cut.
void exchange(const testing::Faults& faults) {
  BOOST_TEST_CONTEXT("reads of " << faults.max_read << ", writes of " << faults.max_write) {
    Pair pair(server_options(), client_options(), "server.example", faults);
    BOOST_REQUIRE(pair.client.ready);
    BOOST_REQUIRE(pair.server.ready);
    pair.client.send("hello");
    pair.client.send(pattern(700));
    pair.server.send("welcome");
    pair.loop.run_ready();
    BOOST_TEST(pair.server.take() == "hello" + pattern(700));
    BOOST_TEST(pair.client.take() == "welcome");
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_transport)

BOOST_AUTO_TEST_CASE(both_ends_know_what_was_agreed) {
  const Pair pair;
  for (const TransportSecurity* each : {&pair.seen_by_server(), &pair.seen_by_client()}) {
    BOOST_TEST(each->version == "TLSv1.3");
    BOOST_TEST(each->cipher == "TLS_AES_256_GCM_SHA384");
    BOOST_TEST(each->server_name == "server.example");
    BOOST_TEST(!each->resumed);
  }
  BOOST_TEST(pair.seen_by_client().peer_name == "server.example");
  BOOST_TEST(pair.seen_by_server().peer_name.empty());
}

BOOST_AUTO_TEST_CASE(bytes_arrive_however_reads_are_cut) {
  for (std::size_t size = 1; size < 128; ++size) exchange({.max_read = size});
}

BOOST_AUTO_TEST_CASE(bytes_arrive_however_writes_are_cut) {
  for (const std::size_t size : {1, 2, 5, 22, 23, 100, 1000}) exchange({.max_write = size});
  exchange({.max_read = 1, .max_write = 1, .capacity = 3});
}

BOOST_AUTO_TEST_CASE(nothing_counts_as_taken_that_the_transport_below_did_not_take) {
  Pair pair(server_options(), client_options(), "server.example", {.capacity = 20'000});
  const std::string bytes = pattern(100'000);
  const std::string_view all = bytes;
  const std::size_t taken = pair.client.transport->write({&all, 1});
  // One record and what of the next one has room; the rest of it lies ready, and is not counted.
  BOOST_TEST(taken > 16'384U);
  BOOST_TEST(taken < 20'000U);
  BOOST_TEST(pair.client.transport->write({&all, 1}) == 0U);
}

BOOST_AUTO_TEST_CASE(what_was_encrypted_once_is_not_sent_twice) {
  for (const std::size_t capacity : {7, 1000, 17'000, 70'000}) {
    Pair pair(server_options(), client_options(), "server.example", {.capacity = capacity});
    const std::string bytes = pattern(300'000);
    pair.client.send(bytes);
    pair.loop.run_ready();
    BOOST_TEST(pair.client.waiting() == 0U);
    BOOST_TEST((pair.server.take() == bytes));
  }
}

BOOST_AUTO_TEST_CASE(what_is_written_at_once_is_one_write_and_what_came_at_once_one_read) {
  Pair pair;
  const std::string piece = pattern(tls::TlsTransport::round / Transport::max_pieces);
  const std::vector<std::string_view> pieces(Transport::max_pieces, piece);
  std::size_t before = pair.loop.steps();
  BOOST_TEST(pair.client.transport->write(pieces) == tls::TlsTransport::round);
  BOOST_TEST(pair.loop.steps() - before == 1U);
  pair.loop.run_ready();
  BOOST_TEST(pair.server.take().size() == tls::TlsTransport::round);
  pair.server.longest = 0;
  for (int i = 0; i < 100; ++i) pair.client.send("0123456789");
  before = pair.loop.steps();
  pair.loop.run_ready();
  BOOST_TEST(pair.loop.steps() - before == 1U);
  BOOST_TEST(pair.server.longest == 1000U);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_costs_a_bounded_rest) {
  Pair pair(server_options(), client_options(), "server.example", {.capacity = 32'768});
  const std::string part = pattern(1024 * 1024);
  pair.server.pauses = true;
  std::size_t got = 0;
  for (int i = 0; i < 64; ++i) {
    pair.client.send(part);
    while (pair.client.waiting() != 0) {
      const std::size_t before = pair.client.waiting();
      pair.loop.run_ready();
      // Only what one round holds goes out while the reader rests.
      BOOST_REQUIRE(before - pair.client.waiting() < 200'000U);
      BOOST_REQUIRE(pair.server.longest <= 65'536U);
      got += pair.server.take().size();
      pair.server.transport->resume_reading();
    }
  }
  pair.server.pauses = false;
  pair.server.transport->resume_reading();
  pair.loop.run_ready();
  got += pair.server.take().size();
  BOOST_TEST(got == 64U * 1024 * 1024);
}

BOOST_AUTO_TEST_CASE(who_pauses_gets_nothing_until_it_resumes) {
  Pair pair;
  pair.server.transport->pause_reading();
  pair.client.send(pattern(200'000));
  pair.client.transport->shutdown_write();
  pair.loop.run_ready();
  BOOST_TEST(pair.server.in.empty());
  BOOST_TEST(!pair.server.ended);
  pair.server.pauses = true;
  std::string got;
  while (!pair.server.ended) {
    pair.server.transport->resume_reading();
    BOOST_TEST(pair.server.in.empty());  // never from inside resume_reading()
    pair.loop.run_ready();
    BOOST_REQUIRE((pair.server.ended || !pair.server.in.empty()));
    BOOST_TEST(pair.server.in.size() <= 32'768U);
    got += pair.server.take();
  }
  BOOST_TEST((got == pattern(200'000)));
  BOOST_TEST(pair.server.transport->ended_cleanly());
}

BOOST_AUTO_TEST_CASE(one_end_may_finish_before_the_other) {
  Pair pair;
  pair.client.send("question");
  pair.client.transport->shutdown_write();
  pair.loop.run_ready();
  BOOST_TEST(pair.server.take() == "question");
  BOOST_TEST(pair.server.ended);
  BOOST_TEST(pair.server.transport->ended_cleanly());
  pair.server.send(pattern(100'000));
  pair.loop.run_ready();
  BOOST_TEST((pair.client.take() == pattern(100'000)));
  BOOST_TEST(!pair.client.ended);
  pair.server.transport->close();
  pair.loop.run_ready();
  BOOST_TEST(pair.client.ended);
  BOOST_TEST(pair.client.transport->ended_cleanly());
  BOOST_TEST(pair.server.closed);
  BOOST_TEST(pair.server.error == 0);
}

BOOST_AUTO_TEST_CASE(a_cut_is_told_from_an_end) {
  testing::MemoryLoop loop;
  const auto served = must(tls_server(server_options()));
  const auto asked = must(tls_client(client_options()));
  auto [near, far] = loop.transport_pair();
  Transport& below = *near;  // under the client's TLS
  End server;
  End client;
  server.begin(must(served->wrap(std::move(far), loop, {})));
  client.begin(must(asked->wrap(std::move(near), loop, "server.example")));
  loop.run_ready();
  client.send("half of all");
  below.shutdown_write();
  loop.run_ready();
  BOOST_TEST(server.take() == "half of all");
  BOOST_TEST(server.ended);
  BOOST_TEST(!server.transport->ended_cleanly());
}

BOOST_AUTO_TEST_CASE(who_gives_up_bytes_does_not_say_that_they_were_all) {
  Pair pair(server_options(), client_options(), "server.example", {.capacity = 1000});
  const std::string bytes = pattern(5000);
  const std::string_view all = bytes;
  BOOST_TEST(pair.client.transport->write({&all, 1}) < all.size());
  pair.client.transport->close();
  pair.loop.run_ready();
  BOOST_TEST(!pair.server.transport->ended_cleanly());
}

BOOST_AUTO_TEST_CASE(a_byte_that_was_changed_on_the_way_ends_the_stream) {
  testing::MemoryLoop loop;
  const auto served = must(tls_server(server_options()));
  auto [transport, peer] = loop.transport_and_peer();
  End server;
  server.begin(must(served->wrap(std::move(transport), loop, {})));
  auto [near, far] = loop.transport_and_peer();
  End client;
  client.begin(
      must(must(tls_client(client_options()))->wrap(std::move(near), loop, "server.example")));
  const auto carry = [&](bool change) {
    for (loop.run_ready(); far.available() + peer.available() != 0; loop.run_ready()) {
      std::string bytes = far.take();
      if (change && !bytes.empty()) bytes.back() = static_cast<char>(bytes.back() ^ 1);
      peer.send(bytes);
      far.send(peer.take());
    }
  };
  carry(false);
  client.send("hello");
  carry(false);
  BOOST_TEST(server.take() == "hello");
  client.send("hello");
  carry(true);
  BOOST_TEST(server.in.empty());
  BOOST_TEST(server.closed);
  BOOST_TEST(server.error == EPROTO);
  BOOST_TEST(server.transport->failure() == "TLS: decryption failed or bad record mac");
  BOOST_TEST(client.closed);
  BOOST_TEST(client.transport->failure() == "the peer ended TLS with the alert \"bad record mac\"");
}

BOOST_AUTO_TEST_CASE(every_step_may_fail_or_vanish) {
  const auto served = must(tls_server(server_options()));
  const auto asked = must(tls_client(client_options()));
  const auto scenario = [&](const testing::Faults& faults) {
    Pair pair(served, asked, "server.example", faults);
    pair.client.send(pattern(2000));
    pair.loop.run_ready();
    pair.server.send(pair.server.take());
    pair.loop.run_ready();
    pair.client.transport->shutdown_write();
    pair.loop.run_ready();
    pair.server.transport->close();
    pair.loop.run_ready();
    pair.client.transport->close();
    pair.loop.run_ready();
    BOOST_TEST(pair.client.closed);
    BOOST_TEST(pair.server.closed);
    return pair.loop.steps();
  };
  const std::size_t steps = scenario({});
  BOOST_TEST(steps > 10U);
  for (std::size_t step = 1; step <= steps; ++step) {
    BOOST_TEST_CONTEXT("step " << step) {
      scenario({.fail_at = step});
      scenario({.vanish_at = step});
    }
  }
}

BOOST_AUTO_TEST_CASE(an_end_may_be_released_at_any_moment) {
  const auto served = must(tls_server(server_options()));
  const auto asked = must(tls_client(client_options()));
  for (std::size_t size : {1, 40, 600, 65'536}) {
    Pair pair(served, asked, "server.example", {.max_read = size});
    pair.server.transport->pause_reading();
    pair.client.send("bytes");
    pair.loop.run_ready();
    pair.server.transport->resume_reading();
    pair.server.transport.reset();
    pair.loop.run_ready();
    pair.client.transport.reset();
    pair.loop.run_ready();
  }
}

BOOST_AUTO_TEST_SUITE_END()
