// The code of docs/resp.md.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "weir/testing/memory_loop.hpp"
#include "weir/weir.hpp"

namespace {

class Store {
 public:
  std::optional<std::string> operator()(std::string_view frame) {
    weir::RespArguments command;
    command.read(frame);
    if (command.size() == 0) return std::nullopt;  // an empty line is answered by nothing
    std::string reply;
    weir::RespWriter write(reply);
    if (command[0] == "SET" && command.size() == 3) {
      values_[std::string(command[1])] = command[2];
      write.simple("OK");
    } else if (command[0] == "GET" && command.size() == 2) {
      const auto found = values_.find(command[1]);
      found == values_.end() ? write.null_bulk() : write.bulk(found->second);
    } else {
      write.error("ERR unknown command");
    }
    return reply;
  }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(resp)

BOOST_AUTO_TEST_CASE(a_store_is_typed_to_and_asked) {
  weir::testing::MemoryLoop loop;
  weir::Server server({.log = weir::Log(weir::LogLevel::off), .loop = &loop});
  server.listen("tcp://127.0.0.1:6379", weir::resp_commands(), Store());
  BOOST_REQUIRE(server.start().ok());
  auto peer = loop.dial("tcp://127.0.0.1:6379");
  peer.send("SET key 'a value'\r\n\r\nget key\r\n");
  loop.run_ready();
  BOOST_TEST(peer.take() == "+OK\r\n-ERR unknown command\r\n");

  weir::ClientOptions on_loop;
  on_loop.loop = &loop;
  std::string value;
  weir::Client client("tcp://127.0.0.1:6379", weir::resp_replies(), on_loop);
  std::string command;
  weir::RespWriter(command).command({"GET", "key"});
  client.call(command, {}, [&value](weir::Result<std::string> answer) {
    if (!answer.ok()) return;
    const auto reply = weir::RespReader(answer.value()).next();
    if (reply && reply->is_text()) value = reply->text;
  });
  loop.run_ready();
  BOOST_TEST(value == "a value");
}

BOOST_AUTO_TEST_SUITE_END()
