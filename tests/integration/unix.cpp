// weir-echo on a Unix socket: by its path and by an abstract name, beside others and after them.
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <string>

#include "integration/each_backend.hpp"
#include "integration/echo_server.hpp"

using namespace weir::integration;

namespace {

/// A path in /tmp that nothing else has.
class Path {
 public:
  Path()
      : path_("/tmp/weir-unix-" + std::to_string(::getpid()) + "-" + std::to_string(++made) +
              ".sock") {}
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  ~Path() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& text() const { return path_; }
  [[nodiscard]] std::string endpoint() const { return "unix://" + path_; }
  [[nodiscard]] bool exists() const { return std::filesystem::exists(path_); }

 private:
  inline static int made = 0;
  std::string path_;
};

}  // namespace

EACH_SERVER(a_unix_socket_is_served) {
  const Path path;
  EchoServer server({"--backend", backend, "--threads", threads, "--listen", path.endpoint()});
  BOOST_TEST(server.endpoint() == path.endpoint());
  for (int i = 0; i < 20; ++i) BOOST_TEST(server.connect().echo("words") == "words");
  server.drain();
  BOOST_TEST(!path.exists());
  BOOST_TEST(server.program().err() == "");
}

EACH_BACKEND(an_abstract_name_is_served) {
  const std::string name = "unix://@weir-test-" + std::to_string(::getpid()) + "-" + backend;
  EchoServer server({"--backend", backend, "--listen", name});
  BOOST_TEST(server.connect().echo("words") == "words");
}

BOOST_AUTO_TEST_CASE(a_second_server_leaves_the_first_its_socket) {
  const Path path;
  EchoServer first({"--listen", path.endpoint()});
  Program second({.command = echo_command({"--listen", path.endpoint()})});
  BOOST_TEST(second.wait().status == 1);
  BOOST_TEST(second.err() == "weir-echo: cannot listen on " + path.endpoint() +
                                 ": cannot bind: Address already in use\n");
  BOOST_TEST(first.connect().echo("still here") == "still here");
}

BOOST_AUTO_TEST_CASE(a_server_that_was_killed_leaves_a_file_that_the_next_one_replaces) {
  const Path path;
  {
    EchoServer killed({"--listen", path.endpoint()});
    killed.program().signal(SIGKILL);
    killed.program().wait();
  }
  BOOST_TEST(path.exists());
  EchoServer next({"--listen", path.endpoint()});
  BOOST_TEST(next.connect().echo("words") == "words");
}

BOOST_AUTO_TEST_CASE(the_file_has_the_mode_of_the_flag) {
  const Path path;
  const EchoServer server({"--listen", path.endpoint(), "--unix-mode", "640"});
  struct stat file {};
  BOOST_REQUIRE(::lstat(path.text().c_str(), &file) == 0);
  BOOST_TEST((file.st_mode & 07777U) == 0640U);
}
