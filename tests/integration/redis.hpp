// Redis: a real redis-server, where there is one. Tests that need it are preceded by
//
//     BOOST_TEST_DECORATOR(*boost::unit_test::precondition(redis_installed))
#pragma once

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "integration/program.hpp"

namespace weir::integration {

/// The path of a program that comes with Redis; empty where it is not installed.
inline std::string redis_program(const std::string& name = "redis-server") {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::filesystem::path program = std::filesystem::path(folder) / name;
    if (access(program.c_str(), X_OK) == 0) return program;
  }
  return {};
}

inline boost::test_tools::assertion_result redis_installed(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result there(!redis_program().empty());
  if (!there) there.message() << "no redis-server; cmake/setup.sh ci installs it";
  return there;
}

/// A redis-server that keeps nothing, on a socket in a folder of its own.
class Redis {
 public:
  explicit Redis(std::string extra = {}) : extra_(std::move(extra)) {
    std::string name = std::filesystem::temp_directory_path() / "weir-redis-XXXXXX";
    BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
    start();
  }
  ~Redis() {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;

  void start() {
    std::ofstream(folder_ / "redis.conf")
        << "port 0\nsave \"\"\nappendonly no\ndir " << folder_.string() << "\nunixsocket "
        << (folder_ / "socket").string() << '\n'
        << extra_ << '\n';
    server_ =
        std::make_unique<Program>(Launch{.command = {redis_program(), folder_ / "redis.conf"}});
    while (server_->read_line().find("eady to accept connections") == std::string::npos) {
    }
  }
  /// With SIGKILL.
  void kill() {
    server_->signal(SIGKILL);
    server_->wait();
  }
  [[nodiscard]] std::string socket() const { return folder_ / "socket"; }
  [[nodiscard]] std::string address(const std::string& password = {}) const {
    return "redis+unix://" + password + (folder_ / "socket").string();
  }

 private:
  const std::string extra_;
  std::filesystem::path folder_;
  std::unique_ptr<Program> server_;
};

}  // namespace weir::integration
