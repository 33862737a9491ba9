// weir-floor-asio-json: the JSON-RPC server that one writes with Boost.Asio and nlohmann_json in an
// afternoon: a coroutine a connection, two reads a message, a document of each call and of each
// answer. What weir-rpc is measured against; it shares nothing with the framework.
//
//     weir-bench pair --pin --protocol json-rpc --connections 50 --depth 64
//         -- weir-floor-asio-json --- weir-rpc --listen tcp://127.0.0.1:0
//
// Serves add and echo over frames of a 4-byte length, on one thread, on a port of the system's
// choice, until it is killed. It has a limit for frames, and no other.
#include <boost/asio.hpp>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Json = nlohmann::json;

constexpr std::uint32_t max_frame = 1024 * 1024;

Json error(int code, const char* message, const Json& id) {
  return {{"jsonrpc", "2.0"}, {"error", {{"code", code}, {"message", message}}}, {"id", id}};
}

Json answer(const std::string& text) {
  const Json request = Json::parse(text, nullptr, false);
  if (request.is_discarded()) return error(-32700, "Parse error", nullptr);
  if (!request.is_object() || request.value("jsonrpc", "") != "2.0") {
    return error(-32600, "Invalid Request", nullptr);
  }
  const Json id = request.value("id", Json());
  const auto method = request.value("method", "");
  try {
    const Json params = request.value("params", Json::array());
    if (method == "add") {
      const int sum = params.at(0).get<int>() + params.at(1).get<int>();
      return {{"jsonrpc", "2.0"}, {"result", sum}, {"id", id}};
    }
    if (method == "echo") return {{"jsonrpc", "2.0"}, {"result", params}, {"id", id}};
  } catch (const Json::exception&) {
    return error(-32602, "Invalid params", id);
  }
  return error(-32601, "Method not found", id);
}

asio::awaitable<void> serve(tcp::socket socket) {
  try {
    for (std::string text;;) {
      std::uint32_t size = 0;
      co_await asio::async_read(socket, asio::buffer(&size, sizeof(size)), asio::use_awaitable);
      size = ntohl(size);
      if (size > max_frame) co_return;
      text.resize(size);
      co_await asio::async_read(socket, asio::buffer(text), asio::use_awaitable);
      const std::string reply = answer(text).dump();
      size = htonl(static_cast<std::uint32_t>(reply.size()));
      const std::array<asio::const_buffer, 2> pieces{asio::buffer(&size, sizeof(size)),
                                                     asio::buffer(reply)};
      co_await asio::async_write(socket, pieces, asio::use_awaitable);
    }
  } catch (const std::exception&) {
    // The peer has gone.
  }
}

asio::awaitable<void> accept(tcp::acceptor acceptor) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket)), asio::detached);
  }
}

}  // namespace

int main() {
  try {
    asio::io_context loop(1);
    tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
    std::printf("listening on tcp://127.0.0.1:%d\n", int{acceptor.local_endpoint().port()});
    std::fflush(stdout);
    asio::co_spawn(loop, accept(std::move(acceptor)), asio::detached);
    loop.run();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "weir-floor-asio-json: %s\n", failure.what());
    return 1;
  }
}
