#include <weir/framing/json.hpp>
#include <weir/service/rpc_client_coroutine.hpp>

boost::asio::awaitable<int> add(weir::RpcClient& client) {
  co_return (co_await weir::call<int>(client, "add", std::tuple(1, 2))).value();
}

int main() {
  const auto document = weir::parse_json(R"({"level": 3})");
  return document.ok() && document.value()["level"] == 3 ? 0 : 1;
}
