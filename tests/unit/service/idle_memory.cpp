// What one idle connection of a server holds, on the backends that have sockets: a limit, so that
// nobody adds a member to every connection without knowing.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "support/sockets.hpp"
#include "unit/framing/counting_new.hpp"
#include "weir/framing/raw.hpp"
#include "weir/io/backend.hpp"
#include "weir/service/server.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// Bytes of its blocks: the connection, its session's state, its transport, its protocol; on Asio
// what that keeps of a descriptor as well. malloc takes 8 more for each, and places in tables of
// the loop and the server take 40 to 80.
constexpr std::size_t most_on_a_reactor = 544;
constexpr std::size_t most_on_asio = 1384;

/// A server of one loop that this thread runs, and the sockets of its clients.
class Idle {
 public:
  explicit Idle(std::string_view backend)
      : loop_(make_loop(backend).take()),
        server_({.log = Log(LogLevel::off), .loop = loop_.get()}) {
    const auto listening =
        server_.listen("tcp://127.0.0.1:0", raw(), [](std::string_view bytes) { return bytes; },
                       {.on_open = [this](Session&) {
                         opened_ = true;
                         loop_->stop();
                       }});
    BOOST_REQUIRE(listening.ok());
    address_ = loopback(listening.value().port);
    BOOST_REQUIRE(server_.start().ok());
    clients_.reserve(most_clients);
    loop_->run_after(patience, [this] {
      late_ = true;
      loop_->stop();
    });
  }

  /// What the next connection adds, with what tables grow for it.
  std::size_t cost_of_one_more() {
    const std::size_t before = bytes_in_use();
    clients_.push_back(connect_to(address_));
    for (opened_ = false; !opened_; loop_->run()) {
      if (late_) in_vain("a connection");
    }
    return bytes_in_use() - before;
  }

  /// What one more adds where no table grows: the least of many.
  std::size_t cost() {
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (int i = 0; i < most_clients; ++i) least = std::min(least, cost_of_one_more());
    return least;
  }

 private:
  static constexpr int most_clients = 20;

  std::unique_ptr<EventLoop> loop_;
  Server server_;
  SocketAddress address_;
  std::vector<Descriptor> clients_;
  bool opened_ = false;
  bool late_ = false;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(idle_memory)

BOOST_AUTO_TEST_CASE(an_idle_connection_on_a_reactor_holds_no_more_than_its_limit) {
  // Not spin, one of whose tables grows by an entry for each.
  for (const std::string_view backend : {"epoll", "poll", "select"}) {
    BOOST_TEST_CONTEXT(backend) { BOOST_TEST(Idle(backend).cost() <= most_on_a_reactor); }
  }
}

BOOST_AUTO_TEST_CASE(an_idle_connection_on_asio_holds_no_more_than_its_limit) {
  BOOST_TEST(Idle("asio").cost() <= most_on_asio);
}

BOOST_AUTO_TEST_SUITE_END()
