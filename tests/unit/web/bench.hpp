// A server of HTTP on a MemoryLoop, and clients that say bytes to it.
#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "weir/service/server.hpp"
#include "weir/testing/memory_loop.hpp"
#include "weir/web/serve.hpp"

namespace weir::test {

using namespace std::chrono_literals;
using testing::MemoryLoop;
using testing::Peer;

inline constexpr std::string_view web_endpoint = "tcp://127.0.0.1:8080";

/// `text` without the lines that begin with "Date: ".
[[nodiscard]] inline std::string without_dates(std::string text) {
  for (std::size_t at = text.find("Date: "); at != std::string::npos;
       at = text.find("Date: ", at)) {
    text.erase(at, text.find('\n', at) + 1 - at);
  }
  return text;
}

struct WebBench {
  MemoryLoop loop;
  Server server;

  explicit WebBench(ServerOptions options = {}, testing::Faults faults = {})
      : loop(std::move(faults)), server(prepared(std::move(options), loop)) {}

  void serve(std::unique_ptr<ProtocolFactory> factory) {
    BOOST_REQUIRE(server.listen(web_endpoint, std::move(factory)).ok());
    BOOST_REQUIRE(server.start().ok());
  }
  [[nodiscard]] Peer connect() { return loop.dial(web_endpoint); }
  /// What is answered at once, without dates.
  [[nodiscard]] std::string ask(Peer& peer, std::string_view bytes) {
    peer.send(bytes);
    loop.run_ready();
    return without_dates(peer.take());
  }
  /// The same, of a connection of its own.
  [[nodiscard]] std::string ask(std::string_view bytes) {
    Peer peer = connect();
    return ask(peer, bytes);
  }

 private:
  static ServerOptions prepared(ServerOptions options, MemoryLoop& loop) {
    options.loop = &loop;
    options.log = Log(LogLevel::off);
    return options;
  }
};

/// "GET /path HTTP/1.1" with a Host and nothing else.
[[nodiscard]] inline std::string get(std::string_view path, std::string_view headers = {}) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n";
}
[[nodiscard]] inline std::string post(std::string_view path, std::string_view body,
                                      std::string_view headers = {}) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}
/// A response of 200 with a text.
[[nodiscard]] inline std::string answered(std::string_view body, std::string_view more = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + std::string(more) + "\r\n" + std::string(body);
}

}  // namespace weir::test
