// An HTTP client on a MemoryLoop with a server on port 8080 that says what the test says.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "unit/web/client_bench.hpp"
#include "weir/web/client.hpp"

namespace weir::test {

inline const std::string here = "http://127.0.0.1:8080";

/// What became of one request.
struct Outcome {
  std::optional<Result<http::ClientResponse>> result{};
  int times = 0;

  [[nodiscard]] bool pending() const { return times == 0; }
  /// 0 for a response, -1 for nothing.
  [[nodiscard]] int code() const {
    if (!result) return -1;
    return result->ok() ? 0 : result->error().code;
  }
  [[nodiscard]] std::string why() const {
    return result && !result->ok() ? result->error().message : "";
  }
  [[nodiscard]] http::ClientResponse response() const {
    return result && result->ok() ? result->value() : http::ClientResponse{.body = "no response"};
  }
  [[nodiscard]] std::string body() const { return response().body; }
  [[nodiscard]] unsigned status() const { return http::code_of(response().status); }
};

struct ClientBench {
  MemoryLoop loop;
  ScriptedServer server{loop};
  std::optional<http::Client> client;

  explicit ClientBench(http::ClientOptions options = {}) {
    options.loop = &loop;
    options.log = Log(LogLevel::off);
    client.emplace(std::move(options));
  }
  ~ClientBench() {
    client.reset();
    loop.run_ready();
  }
  ClientBench(const ClientBench&) = delete;
  ClientBench& operator=(const ClientBench&) = delete;

  using Told = std::shared_ptr<Outcome>;
  Told send(http::ClientRequest request, http::RequestId* id = nullptr) {
    auto outcome = std::make_shared<Outcome>();
    const auto sent =
        client->send(std::move(request), [outcome](Result<http::ClientResponse> result) {
          outcome->result.emplace(std::move(result));
          ++outcome->times;
        });
    if (!sent.ok()) {
      outcome->result.emplace(sent.error());
    } else if (id != nullptr) {
      *id = sent.value();
    }
    loop.run_ready();
    return outcome;
  }
  Told get(const std::string& path = "/") { return send({.url = here + path}); }
  Told post(const std::string& body) {
    return send({.method = "POST", .url = here + "/", .body = body});
  }
  void say(std::string_view bytes, std::size_t connection = 0) {
    server[connection].say(bytes);
    loop.run_ready();
  }
  void end(std::size_t connection = 0) {
    server[connection].end();
    loop.run_ready();
  }
};

inline std::string ok(std::string_view body, std::string_view headers = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(headers) + "\r\n" + std::string(body);
}
inline std::string to(std::string_view location, int status = 302) {
  return "HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " + std::string(location) +
         "\r\nContent-Length: 4\r\n\r\ngone";
}

}  // namespace weir::test
