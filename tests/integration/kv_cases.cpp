// The cases of unit/kv/cases, said to a real redis-server: what they expect of weir-kv is what
// Redis does.
#include <boost/test/unit_test.hpp>
#include <map>
#include <string>
#include <vector>

#include "integration/client.hpp"
#include "integration/redis.hpp"
#include "unit/kv/bench.hpp"
#include "unit/kv/case_file.hpp"
#include "weir/core/socket_address.hpp"
#include "weir/framing/resp.hpp"

using namespace weir::integration;
using namespace weir::kv::test;

namespace {

/// A connection to redis-server. Its replies are read one by one.
class Talk {
 public:
  explicit Talk(const std::string& socket)
      : client_(weir::SocketAddress::local(socket, weir::SocketKind::stream).value()) {}
  void send(std::string_view line) { client_.send(std::string(line) + "\r\n"); }
  std::string receive() {
    std::string bytes;
    weir::RespReplyFraming framing = weir::resp_replies();
    framing.set_default_max(1024 * 1024);
    while (framing.decode(bytes).kind() != weir::Decoded::Kind::frame) bytes += client_.receive(1);
    return show(bytes).at(0);
  }

 private:
  Client client_;
};

class RealRedis final : public CasePlayer {
 public:
  explicit RealRedis(const std::string& socket) : socket_(socket), control_(socket) {
    control_.send("FLUSHALL");
    BOOST_REQUIRE(control_.receive() == "OK");
  }
  std::string say(int client, std::string_view line, std::size_t expected) override {
    Talk& talk = clients_.try_emplace(client, socket_).first->second;
    talk.send(line);
    std::string all;
    for (std::size_t i = 0; i < expected; ++i) all += (i == 0 ? "" : " & ") + talk.receive();
    // Who waits has been told so, or not, before another one speaks.
    control_.send("ECHO here");
    BOOST_REQUIRE(control_.receive() == "\"here\"");
    return all.empty() ? "nothing" : all;
  }
  void pass(std::chrono::milliseconds) override { BOOST_FAIL("nobody moves its clock"); }

 private:
  const std::string& socket_;
  Talk control_;
  std::map<int, Talk> clients_;
};

}  // namespace

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(redis_installed))
BOOST_AUTO_TEST_CASE(redis_server_answers_as_the_cases_say) {
  const Redis redis("enable-debug-command yes");
  const std::string socket = redis.socket();
  std::size_t played = 0;
  for (const CommandCase& each : read_cases(WEIR_KV_CASES)) {
    if (each.ours || each.takes_time) continue;
    ++played;
    BOOST_TEST_CONTEXT(each.place) {
      for (const int protocol : {2, 3}) {
        RealRedis player(socket);
        play(each, protocol, player);
      }
    }
  }
  BOOST_TEST(played > 300U);
}
