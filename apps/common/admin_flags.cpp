#include "common/admin_flags.hpp"

#include <cerrno>
#include <fstream>

#include "weir/inspector/inspector.hpp"

namespace weir::app {

namespace {

constexpr std::size_t longest_token = 4096;

/// The first line of a file.
Result<std::string> read_token(const std::string& path) {
  const auto refused = [&path](std::string_view why) {
    return Error{"--admin-token-file '" + path + "': " + std::string(why)};
  };
  std::ifstream file(path, std::ios::binary);
  if (!file) return refused(system_error("it cannot be read", errno).message);
  std::string token(longest_token + 1, '\0');
  file.read(token.data(), static_cast<std::streamsize>(token.size()));
  token.resize(static_cast<std::size_t>(file.gcount()));
  if (token.size() > longest_token) return refused("it is longer than 4096 bytes");
  token.resize(std::min(token.find_first_of("\r\n"), token.size()));
  // What an Authorization field can carry (RFC 6750, section 2.1), or nobody could ever show it.
  if (token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"
                              "=") != std::string::npos) {
    return refused("a token has letters, digits and -._~+/= alone");
  }
  if (token.empty()) return refused("there is no token in its first line");
  return token;
}

}  // namespace

std::vector<Flag> AdminFlags::flags() {
  std::vector<Flag> list;
  list.push_back({"--admin", "ENDPOINT", "where the inspector listens: a page, /metrics, /ready",
                  "", [this](std::string_view value) {
                    endpoint_ = value;
                    return Status();
                  }});
  list.push_back({"--admin-token-file", "FILE", "holds the token that the inspector asks for", "",
                  [this](std::string_view value) {
                    token_file_ = value;
                    return Status();
                  }});
  return list;
}

Status AdminFlags::finish() {
  if (!token_file_.empty()) {
    if (endpoint_.empty()) return Error{"--admin-token-file is for --admin, and there is none"};
    auto token = read_token(token_file_);
    if (!token.ok()) return token.error();
    token_ = token.take();
  }
  if (endpoint_.empty()) return {};
  const Status allowed = Inspector::check(endpoint_, {.token = token_});
  if (allowed.ok()) return {};
  return Error{"--admin: " + allowed.error().message};
}

Result<std::unique_ptr<Inspector>> AdminFlags::open(const std::string& name, Server& server) const {
  std::unique_ptr<Inspector> inspector;
  if (endpoint_.empty()) return inspector;
  inspector = std::make_unique<Inspector>(
      server, InspectorOptions{.name = name, .token = token_, .figures = figures_});
  const auto listening = inspector->listen(endpoint_);
  if (!listening.ok()) return listening.error();
  return inspector;
}

}  // namespace weir::app
