#include "chat/addresses.hpp"

namespace weir::chat {

namespace {

/// An address that stands for all of a machine is no address to go to.
std::string host_to_visit(const Endpoint& endpoint) {
  if (endpoint.host == "0.0.0.0" || endpoint.host == "::") return "localhost";
  return endpoint.host;
}

}  // namespace

std::string address_for_browsers(const Endpoint& endpoint) {
  if (endpoint.scheme != "tcp" && endpoint.scheme != "tls") return endpoint.to_string();
  std::string host = host_to_visit(endpoint);
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  const std::uint16_t usual = endpoint.is_tls() ? 443 : 80;
  if (endpoint.port != usual) host += ":" + std::to_string(endpoint.port);
  return (endpoint.is_tls() ? "https://" : "http://") + host + "/";
}

std::string command_for_terminals(const Endpoint& endpoint) {
  if (endpoint.scheme == "unix") return "nc -U " + endpoint.path;
  const std::string host = host_to_visit(endpoint);
  const std::string port = std::to_string(endpoint.port);
  if (endpoint.is_tls()) return "openssl s_client -quiet -connect " + host + ":" + port;
  if (endpoint.scheme == "tcp") return "nc " + host + " " + port;
  return endpoint.to_string();
}

}  // namespace weir::chat
