#include <iostream>
#include <weir/service/rpc_client.hpp>
int main() {
  weir::RpcClient client("tcp://127.0.0.1:7001", weir::length_prefix(4));
  std::cout << client.call<int>("add", {1, 2}).value() << '\n';
}
