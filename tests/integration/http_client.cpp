// The HTTP client and the WebSocket client over real sockets, on each backend: against weir's own
// server, with and without TLS, and against nginx, which nobody here wrote.
#include "weir/web/client.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "integration/deadline.hpp"
#include "integration/each_backend.hpp"
#include "support/sockets.hpp"
#include "weir/service/server.hpp"
#include "weir/tls/tls.hpp"
#include "weir/web/serve.hpp"
#include "weir/web/websocket.hpp"
#include "weir/web/websocket_client.hpp"

namespace {

using namespace weir;
using namespace weir::integration;
namespace ut = boost::unit_test;

const std::string large(5'000'000, 'x');

http::Router routes() {
  http::Router made;
  made.get("/", [] { return "hello"; });
  made.get("/large", [] { return large; });
  made.get("/away", [] { return http::redirect("/"); });
  made.post("/echo", [](std::string_view body) { return std::string(body); });
  made.get("/chat", http::websocket([](std::string_view message) { return message; }));
  return made;
}

/// A server on a thread of its own.
class Running {
 public:
  Running(const std::string& backend, const std::string& scheme, TransportFilterPtr tls = {}) {
    ServerOptions options;
    options.backend = backend;
    options.log = Log(LogLevel::off);
    options.flow.max_queued = 64 * 1024 * 1024;
    server_.emplace(std::move(options));
    http::Options served;
    served.limits.body = 64 * 1024 * 1024;
    ListenerOptions listener;
    listener.tls = std::move(tls);
    const auto bound = server_->listen(scheme + "://127.0.0.1:0", http::serve(routes(), served),
                                       std::move(listener));
    BOOST_REQUIRE(bound.ok());
    port = std::to_string(bound.value().port);
    BOOST_REQUIRE(server_->start().ok());
    thread_ = std::thread([this] { server_->run(); });
  }
  ~Running() {
    server_->stop(std::chrono::seconds(0));
    thread_.join();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  std::string port;

 private:
  std::optional<Server> server_;
  std::thread thread_;
};

http::ClientOptions client_options(const std::string& backend) {
  http::ClientOptions options;
  options.backend = backend;
  options.deadline = safety_limit;
  options.limits.body = 64 * 1024 * 1024;
  options.log = Log(LogLevel::off);
  return options;
}

/// What every server is asked.
void ask_all(http::Client& client, const std::string& root) {
  const auto hello = client.get(root + "/");
  BOOST_TEST(hello.ok());
  if (!hello.ok()) return;
  BOOST_TEST(hello.value().body == "hello");
  const auto far = client.get(root + "/large");
  BOOST_REQUIRE(far.ok());
  BOOST_TEST((far.value().body == large));
  const auto followed = client.get(root + "/away");
  BOOST_REQUIRE(followed.ok());
  BOOST_TEST(followed.value().body == "hello");
  BOOST_TEST(followed.value().redirects == 1U);
  const auto none = client.get(root + "/none");
  BOOST_REQUIRE(none.ok());
  BOOST_TEST(http::code_of(none.value().status) == 404U);
  const auto head = client.send({.method = "HEAD", .url = root + "/large"});
  BOOST_REQUIRE(head.ok());
  BOOST_TEST(head.value().body.empty());
  BOOST_TEST(head.value().header("content-length") == std::to_string(large.size()));
  BOOST_TEST(client.stats().connects == 1U);
}

TransportFilterPtr trusting(const SelfSigned& made) {
  auto tls = tls_client({.ca_pem = made.certificate.chain_pem, .alpn = {"http/1.1"}});
  BOOST_REQUIRE(tls.ok());
  return tls.take();
}

EACH_BACKEND(our_own_server_is_asked) {
  const Running server(backend, "tcp");
  http::Client client(client_options(backend));
  const std::string root = "http://127.0.0.1:" + server.port;
  ask_all(client, root);
  const auto echoed = client.post(root + "/echo", large, "text/plain");
  BOOST_REQUIRE(echoed.ok());
  BOOST_TEST((echoed.value().body == large));
}

EACH_BACKEND(many_requests_share_few_connections) {
  const Running server(backend, "tcp");
  auto options = client_options(backend);
  options.connections_per_host = 4;
  http::Client client(std::move(options));
  std::vector<std::promise<std::string>> promises(500);
  const std::string url = "http://127.0.0.1:" + server.port + "/echo";
  for (std::size_t i = 0; i < promises.size(); ++i) {
    const auto sent = client.send(
        {.method = "POST", .url = url, .body = std::to_string(i)},
        [&promise = promises[i]](Result<http::ClientResponse> response) {
          promise.set_value(response.ok() ? response.value().body : response.error().message);
        });
    BOOST_REQUIRE(sent.ok());
  }
  for (std::size_t i = 0; i < promises.size(); ++i) {
    auto answer = promises[i].get_future();
    BOOST_REQUIRE((answer.wait_for(safety_limit) == std::future_status::ready));
    BOOST_TEST(answer.get() == std::to_string(i));
  }
  BOOST_TEST(client.stats().connects <= 4U);
}

EACH_BACKEND(our_own_server_is_asked_over_tls) {
  const auto made = self_signed();
  BOOST_REQUIRE(made.ok());
  auto tls = tls_server({.certificates = {made.value().certificate}, .alpn = {"http/1.1"}});
  BOOST_REQUIRE(tls.ok());
  const Running server(backend, "tls", tls.take());
  const std::string root = "https://localhost:" + server.port;
  auto options = client_options(backend);
  options.tls = trusting(made.value());
  http::Client client(std::move(options));
  ask_all(client, root);
  // Whom nobody vouches for is asked nothing.
  auto strict = client_options(backend);
  auto system = tls_client({.alpn = {"http/1.1"}});
  BOOST_REQUIRE(system.ok());
  strict.tls = system.take();
  http::Client stranger(std::move(strict));
  const auto refused = stranger.get(root + "/");
  BOOST_TEST(!refused.ok());
  BOOST_TEST(stranger.stats().connects == 0U);
}

/// What a WebSocket says back.
std::string echo(websocket::ClientOptions options, const std::string& url,
                 const std::string& message) {
  std::promise<std::string> answer;
  websocket::ClientHooks hooks;
  hooks.on_message = [&answer](const websocket::Message& came) {
    answer.set_value(std::string(came.payload));
  };
  options.log = Log(LogLevel::off);
  websocket::Client client(url, std::move(options), std::move(hooks));
  if (const Status connected = client.connect(); !connected.ok()) {
    return connected.error().message;
  }
  if (client.send(message) == SendResult::rejected) return "rejected";
  auto future = answer.get_future();
  if (future.wait_for(safety_limit) != std::future_status::ready) return "nothing";
  return future.get();
}

EACH_BACKEND(websockets_are_spoken_with_and_without_tls) {
  const std::string message(500'000, 'm');
  {
    const Running server(backend, "tcp");
    const std::string url = "ws://127.0.0.1:" + server.port + "/chat";
    BOOST_TEST((echo({.backend = backend}, url, message) == message));
    BOOST_TEST((echo({.backend = backend, .deflate = std::nullopt}, url, message) == message));
  }
  const auto made = self_signed();
  BOOST_REQUIRE(made.ok());
  auto tls = tls_server({.certificates = {made.value().certificate}});
  BOOST_REQUIRE(tls.ok());
  const Running server(backend, "tls", tls.take());
  const std::string url = "wss://localhost:" + server.port + "/chat";
  BOOST_TEST((echo({.backend = backend, .tls = trusting(made.value())}, url, message) == message));
}

// --- nginx -------------------------------------------------------------------------------------

boost::test_tools::assertion_result nginx_installed(ut::test_unit_id) {
  if (std::filesystem::exists("/usr/sbin/nginx")) return true;
  boost::test_tools::assertion_result no(false);
  no.message() << "there is no nginx here";
  return no;
}

/// nginx on a free port, with its files in a folder of its own.
class Nginx {
 public:
  Nginx() {
    std::string name = (std::filesystem::temp_directory_path() / "weir-nginx-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
    folder_ = name;
    std::filesystem::create_directory(folder_ / "www");
    std::ofstream(folder_ / "www" / "index.html") << "hello";
    std::ofstream(folder_ / "www" / "large") << large;
    // Ports may be taken between asking and listening.
    for (int attempt = 0; attempt < 10; ++attempt) {
      port = std::to_string(test::address_of(test::reserve_port()).port());
      write_configuration();
      // It returns when it listens.
      if (run("") == 0) return;
    }
    throw std::runtime_error("nginx does not start");
  }
  ~Nginx() {
    static_cast<void>(run("-s stop"));
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  std::string port;

 private:
  void write_configuration() const {
    const std::string at = folder_.string();
    std::ofstream(folder_ / "nginx.conf")
        << "pid " << at << "/pid;\nerror_log " << at << "/error.log;\nworker_processes 1;\n"
        << (::getuid() == 0 ? "user root;\n" : "")
        << "events { worker_connections 64; }\nhttp {\n  access_log off;\n  client_body_temp_path "
        << at << "/body;\n  proxy_temp_path " << at << "/proxy;\n  fastcgi_temp_path " << at
        << "/fastcgi;\n  uwsgi_temp_path " << at << "/uwsgi;\n  scgi_temp_path " << at
        << "/scgi;\n  keepalive_requests 10;\n  server {\n    listen 127.0.0.1:" << port
        << ";\n    root " << at << "/www;\n    location = /away { return 302 /; }\n"
        << "    location = /chunked { ssi on; ssi_types *; alias " << at << "/www/index.html; }\n"
        << "    location = /close { keepalive_timeout 0; alias " << at
        << "/www/index.html; }\n  }\n}\n";
  }
  [[nodiscard]] int run(const std::string& more) const {
    const std::string command = "/usr/sbin/nginx -p " + folder_.string() + " -c " +
                                (folder_ / "nginx.conf").string() + " " + more + " 2>>" +
                                (folder_ / "out").string();
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::filesystem::path folder_;
};

BOOST_TEST_DECORATOR(*ut::precondition(nginx_installed))
BOOST_AUTO_TEST_CASE(nginx_is_asked) {
  const Nginx nginx;
  const std::string root = "http://127.0.0.1:" + nginx.port;
  http::Client client(client_options("epoll"));
  ask_all(client, root);
  const auto last = client.get(root + "/close");
  BOOST_REQUIRE(last.ok());
  BOOST_TEST(last.value().body == "hello");
  const auto put = client.post(root + "/", "data", "text/plain");
  BOOST_REQUIRE(put.ok());
  BOOST_TEST(http::code_of(put.value().status) == 405U);
  const auto chunked = client.get(root + "/chunked");
  BOOST_REQUIRE(chunked.ok());
  BOOST_TEST(chunked.value().body == "hello");
  // nginx ends a connection after ten requests, and says so.
  for (int i = 0; i < 50; ++i) {
    const auto again = client.get(root + "/");
    BOOST_REQUIRE(again.ok());
    BOOST_TEST(again.value().body == "hello");
  }
  BOOST_TEST(client.stats().connects >= 5U);
  BOOST_TEST(client.stats().failed == 0U);
}

}  // namespace
