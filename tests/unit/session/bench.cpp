#include "unit/session/bench.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

namespace weir::test {

Bench::Bench(ServerOptions options, Faults faults)
    : loop(faults), server(completed(std::move(options))) {}

Bench::~Bench() = default;

ServerOptions Bench::completed(ServerOptions options) {
  options.loop = &loop;
  options.log = Log(LogLevel::debug, [this](LogLevel level, std::string_view line) {
    log.emplace_back(line);
    if (level >= LogLevel::warning) ++warnings_;
  });
  return options;
}

void Bench::serve(std::unique_ptr<ProtocolFactory> factory, ListenerOptions options) {
  BOOST_REQUIRE(server.listen(here, std::move(factory), std::move(options)).ok());
  BOOST_REQUIRE(server.start().ok());
}

Hooks Bench::recorded(Hooks hooks) {
  Hooks all;
  all.on_open = [this, next = std::move(hooks.on_open)](Session& opened) mutable {
    ++opens_;
    record.emplace_back("open");
    session = opened;
    if (next) next(opened);
  };
  all.on_drained = [this, next = std::move(hooks.on_drained)](Session& drained) mutable {
    record.emplace_back("drained");
    if (next) next(drained);
  };
  all.on_end = [this, next = std::move(hooks.on_end)](Session& ended) mutable {
    record.emplace_back("end");
    if (next) next(ended);
  };
  all.on_close = [this, next = std::move(hooks.on_close)](Session& closed,
                                                          CloseReason reason) mutable {
    record.push_back("close " + std::string(to_string(reason)));
    closes.push_back(reason);
    BOOST_TEST(!closed.open());
    if (next) next(closed, reason);
  };
  return all;
}

Peer Bench::dial() {
  Peer peer = loop.dial(here);
  run();
  return peer;
}

std::string Bench::say(Peer& peer, std::string_view bytes) {
  peer.send(bytes);
  run();
  return peer.take();
}

std::string Bench::take_all(Peer& peer) {
  std::string taken;
  for (run(); peer.available() != 0; run()) taken += peer.take();
  return taken;
}

void Bench::check_end(CloseReason reason) {
  BOOST_TEST(opens_ == 1U);
  BOOST_REQUIRE(closes.size() == 1U);
  BOOST_TEST(to_string(closes.front()) == to_string(reason));
  check_ends_agree();
}

void Bench::check_ends_agree() {
  const ServerStats stats = server.stats();
  BOOST_TEST(closes.size() == opens_);
  BOOST_TEST(stats.active == 0U);
  for (std::size_t i = 0; i < close_reason_count; ++i) {
    const auto reason = static_cast<CloseReason>(i);
    const auto told = std::count(closes.begin(), closes.end(), reason);
    BOOST_TEST_CONTEXT(to_string(reason)) {
      BOOST_TEST(stats.closed_by(reason) == static_cast<std::uint64_t>(told));
      BOOST_TEST(logged("ended: " + std::string(to_string(reason))) ==
                 static_cast<std::size_t>(told));
    }
  }
  BOOST_TEST(stats.closed_by(CloseReason::none) == 0U);
  BOOST_TEST(!session.open());
}

std::size_t Bench::logged(std::string_view words) const {
  return static_cast<std::size_t>(std::count_if(
      log.begin(), log.end(),
      [&](const std::string& line) { return line.find(words) != std::string::npos; }));
}

std::vector<std::string> pieces_of(std::string_view bytes, std::size_t size) {
  std::vector<std::string> pieces;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
    pieces.emplace_back(bytes.substr(0, size));
  }
  return pieces;
}

}  // namespace weir::test
