// A JsonRouter behind json_rpc over lines, and one peer of it: a test reads as what the peer says
// and what comes back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "unit/session/bench.hpp"
#include "weir/framing/line.hpp"
#include "weir/routing/json_rpc.hpp"

namespace weir::test {

using Json = nlohmann::json;

struct Rpc {
  explicit Rpc(ServerOptions wanted = {}) : bench(std::move(wanted)) {}

  /// What comes back, with its newlines.
  std::string send(std::string_view frame) {
    if (!peer) {
      bench.serve(lines(), json_rpc(router, options));
      peer = bench.dial();
    }
    return bench.say(*peer, std::string(frame) + "\n");
  }
  /// Of one frame that is answered by one: the bytes.
  std::string say(std::string_view frame) {
    std::string answer = send(frame);
    if (!answer.empty()) answer.pop_back();
    return answer;
  }
  /// The call of `method`, and what its answer brings: the result as JSON, or "CODE: DATA".
  std::string call(std::string_view method, std::string_view params) {
    std::string text = R"({"jsonrpc":"2.0","method":")" + std::string(method) + '"';
    if (!params.empty()) text += R"(,"params":)" + std::string(params);
    const Json answer = Json::parse(say(text + R"(,"id":1})"), nullptr, false);
    if (answer.contains("result")) return answer["result"].dump();
    if (!answer.contains("error")) return "no answer";
    const Json& error = answer["error"];
    const Json words = error.value("data", error["message"]);
    return error["code"].dump() + ": " +
           (words.is_string() ? words.get<std::string>() : words.dump());
  }
  void run() { bench.run(); }
  std::string take() { return peer->take(); }

  JsonRouter router;
  JsonRpcOptions options;
  Bench bench;
  std::optional<Peer> peer;
};

}  // namespace weir::test
