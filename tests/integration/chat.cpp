// weir-chat as a program: what it says first, terminals that talk, its end; and two of them on a
// real Redis, while one of them and Redis are killed.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <csignal>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "integration/client.hpp"
#include "integration/each_backend.hpp"
#include "integration/program.hpp"
#include "integration/redis.hpp"
#include "integration/server_program.hpp"
#include "support/temporary_file.hpp"
#include "weir/web/websocket_client.hpp"

namespace ut = boost::unit_test;
using namespace std::chrono_literals;
using namespace weir::integration;
using nlohmann::json;
using Lines = std::vector<std::string>;

namespace {

constexpr const char* any_port = "tcp://127.0.0.1:0";

std::vector<std::string> command(std::vector<std::string> flags,
                                 const std::string& web = any_port) {
  flags.insert(flags.begin(), {WEIR_CHAT_PROGRAM, "--web", web, "--lines", "tcp://127.0.0.1:0",
                               "--log-level", "error"});
  return flags;
}

/// weir-chat, ready.
class Chat {
 public:
  explicit Chat(std::vector<std::string> flags = {}, const std::string& web = any_port)
      : program_({.command = command(std::move(flags), web)}),
        browsers(program_.read_line()),
        terminals(program_.read_line()) {}

  [[nodiscard]] Program& program() { return program_; }
  [[nodiscard]] weir::SocketAddress address() const {
    return address_in("listening on tcp://127.0.0.1:" + terminals.substr(terminals.rfind(' ') + 1));
  }
  /// "127.0.0.1:8080"
  [[nodiscard]] std::string web() const {
    const std::size_t begin = browsers.find("127.");
    return browsers.substr(begin, browsers.find('/', begin) - begin);
  }
  void kill() {
    program_.signal(SIGKILL);
    program_.wait();
  }

 private:
  Program program_;

 public:
  const std::string browsers;
  const std::string terminals;
};

/// A person with nc.
class Terminal {
 public:
  Terminal(const Chat& chat, const std::string& nick) : client_(chat.address()) {
    type("/nick " + nick);
    wait_for("is now " + nick);
  }
  void type(const std::string& line) { client_.send(line + "\n"); }
  /// The next line that has `part` in it.
  std::string wait_for(const std::string& part) {
    for (;;) {
      std::string line;
      for (char byte = client_.receive(1)[0]; byte != '\n'; byte = client_.receive(1)[0]) {
        line += byte;
      }
      if (line.starts_with("[")) heard_.push_back(line.substr(8));  // without the time
      if (line.find(part) != std::string::npos) return line;
    }
  }
  /// "anna: hello", all so far.
  [[nodiscard]] const Lines& heard() const { return heard_; }
  std::string rest() { return client_.receive_all(); }

 private:
  Client client_;
  Lines heard_;
};

/// A browser's page: comes back by itself, says who it is and what it has seen. Unlike the page it
/// does not drop what comes twice.
class Page {
 public:
  Page(const Chat& chat, std::string nick)
      : nick_(std::move(nick)),
        client_("ws://" + chat.web() + "/chat", {.backoff = {.first = 20ms, .most = 200ms}},
                hooks()) {
    BOOST_REQUIRE(client_.connect().ok());
    wait_for("welcome " + nick_);
  }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  void type(const std::string& text) {
    const std::string id = "message-of-" + nick_ + "-" + std::to_string(++said_);
    client_.send(json{{"t", "say"}, {"id", id}, {"text", text}}.dump());
  }
  /// Something that was told behind what was waited for before: "bob: hello", "welcome bob", ...
  void wait_for(const std::string& what) {
    std::unique_lock lock(mutex_);
    BOOST_REQUIRE(changed_.wait_for(lock, 30s, [&] {
      const auto found = std::find(told_.begin() + waited_, told_.end(), what);
      if (found == told_.end()) return false;
      waited_ = found - told_.begin() + 1;
      return true;
    }));
  }
  void wait_for_messages(std::size_t count) {
    std::unique_lock lock(mutex_);
    BOOST_REQUIRE(changed_.wait_for(lock, 30s, [&] { return heard_.size() >= count; }));
  }
  [[nodiscard]] Lines heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  weir::websocket::ClientHooks hooks() {
    weir::websocket::ClientHooks hooks;
    hooks.on_open = [this](const auto&) {
      json hello = {
          {"t", "hello"}, {"room", "lobby"}, {"nick", nick_}, {"key", "secret-of-" + nick_}};
      if (!seen_.is_null()) hello["seen"] = seen_;
      client_.send(hello.dump());
    };
    hooks.on_message = [this](const weir::websocket::Message& message) {
      const std::lock_guard lock(mutex_);
      take(json::parse(message.payload));
      changed_.notify_all();
    };
    return hooks;
  }
  void take(const json& value) {
    const std::string kind = value.at("t");
    if (kind == "welcome") {
      log_ = value.at("log");
      for (const json& message : value.at("messages")) hear(message);
      told_.push_back("welcome " + value.at("nick").get<std::string>());
    } else if (kind == "said") {
      hear(value);
    } else if (kind == "condition") {
      const std::string bus = value.at("condition").at("bus");
      told_.emplace_back(bus.empty() ? "together" : "alone");
    }
  }
  void hear(const json& message) {
    seen_ = {{"log", log_}, {"seq", message.at("seq")}, {"id", message.at("id")}};
    heard_.push_back(message.at("nick").get<std::string>() + ": " +
                     message.at("text").get<std::string>());
    told_.push_back(heard_.back());
  }

  const std::string nick_;
  int said_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  Lines told_;  // all of it, and
  std::ptrdiff_t waited_ = 0;
  Lines heard_;  // messages
  std::string log_;
  json seen_;  // the client's thread's, as the log
  weir::websocket::Client client_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_lines_say_where_browser_terminal_and_inspector_go) {
  Chat chat({"--admin", "tcp://127.0.0.1:0"});
  BOOST_TEST(chat.browsers.starts_with("chat on http://127.0.0.1:"));
  BOOST_TEST(chat.browsers.ends_with("/"));
  BOOST_TEST(chat.terminals.starts_with("chat for terminals: nc 127.0.0.1 "));
  BOOST_TEST(chat.program().read_line().starts_with("inspector on http://127.0.0.1:"));
  BOOST_TEST(chat.program().terminate().status == 0);
}

EACH_SERVER(terminals_talk_on_every_backend_and_are_told_when_it_ends) {
  Chat chat({"--backend", backend, "--threads", threads});
  Terminal anna(chat, "anna");
  Terminal bob(chat, "bob");
  anna.wait_for("is now bob");
  for (int i = 0; i < 10; ++i) {
    anna.type("from anna " + std::to_string(i));
    bob.type("from bob " + std::to_string(i));
  }
  for (const std::string name : {"anna", "bob"}) {
    // The order of both is one, whatever it is.
    anna.type(name);
    anna.wait_for("anna: " + name);
    bob.wait_for("anna: " + name);
  }
  bob.type("over");
  anna.wait_for("bob: over");
  bob.wait_for("bob: over");
  BOOST_TEST(anna.heard() == bob.heard(), boost::test_tools::per_element());
  chat.program().signal(SIGTERM);
  BOOST_TEST(anna.rest() == "* the server is going down. Goodbye.\n");
  BOOST_TEST(chat.program().wait().status == 0);
}

BOOST_AUTO_TEST_CASE(what_was_said_is_there_again_and_one_process_alone_has_the_file) {
  const weir::test::TemporaryFile file("");
  {
    Chat chat({"--history", file.path()});
    Terminal anna(chat, "anna");
    anna.type("remember this");
    anna.wait_for("anna: remember this");
    BOOST_TEST(chat.program().terminate().status == 0);
  }
  Chat chat({"--history", file.path()});
  Terminal bob(chat, "bob");
  bob.type("and?");
  bob.wait_for("bob: and?");
  BOOST_TEST(bob.heard() == Lines({"anna: remember this", "bob: and?"}),
             boost::test_tools::per_element());
  Program second({.command = command({"--history", file.path()})});
  BOOST_TEST(second.wait().status == 1);
  BOOST_TEST(second.err().find("another process keeps its history") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_wrong_bus_is_a_wrong_flag) {
  Program chat({.command = command({"--bus", "carrier-pigeon"})});
  BOOST_TEST(chat.wait().status == 2);
  BOOST_TEST(chat.err().starts_with("weir-chat: --bus: "));
}

BOOST_TEST_DECORATOR(*ut::precondition(redis_installed))
BOOST_AUTO_TEST_CASE(nothing_is_lost_or_doubled_while_redis_and_a_process_are_killed) {
  Redis redis;
  const weir::test::TemporaryFile file("");
  const std::vector<std::string> with_history = {"--bus", redis.address(), "--history",
                                                 file.path()};
  Chat first({"--bus", redis.address()});
  auto second = std::make_unique<Chat>(with_history);
  Terminal anna(first, "anna");
  const std::string web = "tcp://" + second->web();
  Page bob(*second, "bob");
  anna.wait_for("* bob has come");
  bob.type("one");
  anna.wait_for("bob: one");
  bob.wait_for("bob: one");

  // Redis goes, people are told, and what is said meanwhile arrives when it is back.
  redis.kill();
  anna.wait_for("* other servers cannot be reached");
  bob.wait_for("alone");
  anna.type("two");
  anna.wait_for("anna: two");
  redis.start();
  anna.wait_for("* other servers can be reached again");
  bob.wait_for("anna: two");
  bob.type("three");
  anna.wait_for("bob: three");

  bob.wait_for("bob: three");

  // A process is killed, and learns what was said without it. Who was there comes back by itself,
  // under the old name.
  second->kill();
  anna.type("four");
  anna.wait_for("anna: four");
  second = std::make_unique<Chat>(with_history, web);
  bob.wait_for("welcome bob");
  bob.type("five");
  anna.wait_for("bob: five");
  bob.wait_for("bob: five");
  const Lines said = {"bob: one", "anna: two", "bob: three", "anna: four", "bob: five"};
  BOOST_TEST(anna.heard() == said, boost::test_tools::per_element());
  Terminal carl(*second, "carl");
  carl.type("six");
  bob.wait_for_messages(6);
  Lines heard = bob.heard();
  std::erase(heard, "carl: six");
  std::sort(heard.begin(), heard.end());
  Lines sorted = said;
  std::sort(sorted.begin(), sorted.end());
  BOOST_TEST(heard == sorted, boost::test_tools::per_element());
}
