// weir-websocket-visitor PORT BACKEND deflate|plain: talks to tests/node/websocket_server.mjs,
// which compresses or does not. Exits with 0 when all is as it should be; says what is not, and
// exits with 1, otherwise.
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <iostream>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include "integration/deadline.hpp"
#include "weir/web/websocket_client.hpp"

namespace {

using namespace weir;

constexpr std::size_t mib = 1024 * 1024;

struct Said {
  bool binary;
  std::string payload;
};

/// A client whose hooks are waited for.
class Visitor {
 public:
  Visitor(const std::string& url, websocket::ClientOptions options) {
    websocket::ClientHooks hooks;
    hooks.on_open = [this](const websocket::Opened& opened) {
      deflated = opened.deflation.has_value();
      protocol = opened.protocol;
    };
    hooks.on_message = [this](const websocket::Message& message) {
      const std::lock_guard lock(mutex_);
      said_.push_back({message.binary, std::string(message.payload)});
      changed_.notify_all();
    };
    hooks.on_close = [this](const websocket::Ended& ended) {
      const std::lock_guard lock(mutex_);
      ended_ = ended;
      changed_.notify_all();
    };
    options.flow.max_queued = 64 * mib;
    options.flow.max_discarded = 64 * mib;  // so that who sends too much reads 1009
    options.log = Log(LogLevel::off);
    options.limits.message_bytes = 16 * mib;
    options.backoff.first = std::chrono::hours(1);
    client.emplace(url, std::move(options), std::move(hooks));
    if (const Status connected = client->connect(); !connected.ok()) {
      throw std::runtime_error(connected.error().message);
    }
  }
  Said next() {
    std::unique_lock lock(mutex_);
    wait(lock, [this] { return !said_.empty(); });
    Said said = std::move(said_.front());
    said_.pop_front();
    return said;
  }
  websocket::Ended end() {
    std::unique_lock lock(mutex_);
    wait(lock, [this] { return ended_.has_value(); });
    return *ended_;
  }

  // Before connect() has returned.
  bool deflated = false;
  std::string protocol;

 private:
  template <class Condition>
  void wait(std::unique_lock<std::mutex>& lock, Condition condition) {
    if (!changed_.wait_for(lock, integration::safety_limit, condition)) {
      throw std::runtime_error("nothing came");
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Said> said_;
  std::optional<websocket::Ended> ended_;

 public:
  std::optional<websocket::Client> client;  // ends before what its hooks use
};

void check(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("it does not hold that " + what);
}

/// Bytes that do not compress, the same in each run.
std::string noise(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 12345;
  for (char& byte : bytes) {
    state = state * 1103515245 + 12345;
    byte = static_cast<char>(state >> 16);
  }
  return bytes;
}

struct Place {
  std::string root;
  std::string backend;
  bool offer = true;

  [[nodiscard]] websocket::ClientOptions options() const {
    websocket::ClientOptions made;
    made.backend = backend;
    if (!offer) made.deflate.reset();
    return made;
  }
  /// How the server saw the last connection end, once all others have.
  [[nodiscard]] std::string report() const {
    Visitor reader(root + "/report", options());
    return reader.next().payload;
  }
};

void echoes(const Place& place, bool deflated) {
  auto options = place.options();
  options.protocols = {"v9.echo", "v1.echo"};
  Visitor visitor(place.root + "/echo", std::move(options));
  check(visitor.deflated == deflated, "compression is agreed on where both ends want it");
  check(visitor.protocol == "v1.echo", "the server chooses the protocol");
  const auto echo = [&](bool binary, const std::string& message) {
    const SendResult sent =
        binary ? visitor.client->send_binary(message) : visitor.client->send(message);
    check(sent != SendResult::rejected, "the message is taken");
    const Said back = visitor.next();
    check(back.binary == binary, "the kind comes back");
    check(back.payload == message, std::to_string(message.size()) + " bytes come back");
  };
  for (const std::size_t size : {0UL, 1UL, 125UL, 126UL, 65'535UL, 65'536UL, 16 * mib}) {
    echo(false, std::string(size, 'a'));
    echo(true, noise(size));
  }
  echo(false, "grüße 🎉");
  for (int i = 0; i < 1000; ++i) visitor.client->send("number " + std::to_string(i));
  for (int i = 0; i < 1000; ++i) {
    check(visitor.next().payload == "number " + std::to_string(i), "the order stays");
  }
  visitor.client->close(4001, "enough");
  const websocket::Ended ended = visitor.end();
  check(ended.clean && ended.code == 4001, "our goodbye is answered");
  check(place.report() == "4001 enough", "the server reads our code and reason");
}

void fragments(const Place& place) {
  Visitor visitor(place.root + "/fragments", place.options());
  check(visitor.next().payload == "one two grüße", "a text of fragments is whole");
  const Said bytes = visitor.next();
  check(bytes.binary && bytes.payload.size() == 16 * mib, "16 MiB of fragments are whole");
  for (std::size_t i = 0; i < 16; ++i) {
    check(std::ranges::count(bytes.payload.substr(i * mib, mib), static_cast<char>(i)) ==
              static_cast<std::ptrdiff_t>(mib),
          "and in their order");
  }
  check(visitor.next().payload == "pong there?", "a ping between fragments is answered");
}

void ends(const Place& place) {
  {
    Visitor visitor(place.root + "/goodbye", place.options());
    visitor.client->send("go");
    const websocket::Ended ended = visitor.end();
    check(ended.clean && ended.code == 4002 && ended.reason == "that is all",
          "the server's goodbye is told");
    check(place.report() == "4002 ", "and answered with its code");
  }
  {
    Visitor visitor(place.root + "/terminate", place.options());
    visitor.client->send("go");
    const websocket::Ended ended = visitor.end();
    check(!ended.clean && ended.code == 1006, "a server that breaks off said no goodbye");
  }
  {
    Visitor visitor(place.root + "/large", place.options());
    check(visitor.end().code == 1009, "a message over the limit ends the connection");
    check(place.report().starts_with("1009 "), "and the server reads why");
  }
  Visitor visitor(place.root + "/echo", place.options());
  visitor.client->send_binary(noise(18 * mib));
  check(visitor.end().code == 1009, "the server's limit is told");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: weir-websocket-visitor PORT BACKEND deflate|plain\n";
    return 2;
  }
  const bool deflate = std::string(argv[3]) == "deflate";
  try {
    for (const bool offer : {true, false}) {
      const Place place{"ws://127.0.0.1:" + std::string(argv[1]), argv[2], offer};
      echoes(place, deflate && offer);
      fragments(place);
      ends(place);
    }
  } catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
  }
  return 0;
}
