// The code of docs/sockets.md. Each ```cpp block of the guide stands in here word for word;
// structure.snippets checks that.
#include <boost/test/unit_test.hpp>
#include <iostream>
#include <string>
#include <string_view>

#include "weir/weir.hpp"

namespace {

using namespace std::chrono_literals;

std::string_view echo(std::string_view frame) { return frame; }

// [unix
void serve_locally(weir::Server& server) {
  weir::ListenerOptions options;
  options.local_file.mode = 0660;
  server.listen("unix:///run/app.sock", weir::lines(), echo, {}, options);
}
// ]

// [messages
void serve_a_group(weir::Server& server) {
  weir::ListenerOptions options;
  options.messages.max_message = 1200;            // fits any path of the internet
  options.messages.multicast_interface = "eth0";  // the address is a group: it is joined there
  server.listen("udp://239.1.2.3:7000", weir::raw(), echo, {}, options);
}
// ]

// [options
void serve_with_options(weir::Server& server) {
  weir::ListenerOptions options;
  options.socket.keep_alive = true;
  options.socket.keep_alive_idle = 60s;
  options.socket.user_timeout = 20s;  // sent bytes that nobody acknowledges end the connection
  options.socket.receive_buffer = 128 * 1024;
  server.listen("tcp://0.0.0.0:7000", weir::lines(), echo, {}, options);
}

weir::Hooks expedited() {
  weir::Hooks hooks;
  hooks.on_open = [](weir::Session& session) {
    // Expedited forwarding (RFC 3246).
    const weir::Status set = session.set_options({.type_of_service = 0xb8});
    if (!set.ok()) std::cerr << set.error().message << '\n';
  };
  return hooks;
}
// ]

// [files
void serve_files(weir::Server& server) {
  server.listen("unix:///run/files.sock", weir::lines(),
                [](std::string_view name, weir::Session& session) {
                  auto file = weir::FileRange::open("/srv/files/" + std::string(name));
                  if (!file.ok()) throw weir::Refusal("no such file");
                  session.send(std::to_string(file.value().length));
                  session.send_file(file.take());
                });
}
// ]

}  // namespace

BOOST_AUTO_TEST_CASE(an_option_of_the_guide_is_applied) {
  weir::Server server({.log = weir::Log(weir::LogLevel::off)});
  const auto bound = server.listen("unix://@weir-docs-sockets", weir::lines(), echo, expedited());
  BOOST_TEST(bound.ok());
}

BOOST_AUTO_TEST_CASE(the_listeners_of_the_guide_answer_with_a_reason_or_an_endpoint) {
  for (const auto serve : {serve_locally, serve_a_group, serve_with_options, serve_files}) {
    weir::Server server({.log = weir::Log(weir::LogLevel::off)});
    serve(server);
  }
}
