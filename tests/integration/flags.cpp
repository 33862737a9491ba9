// What weir-echo says to right and to wrong flags: the exact exit status, one line on standard
// error for a mistake, nothing on standard output.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "integration/echo_server.hpp"
#include "weir/core/version.hpp"

namespace {

using namespace weir::integration;

struct Mistake {
  std::vector<std::string> flags;
  std::string line;  // behind "weir-echo: "
};

const std::string right_endpoint = "expected tcp://HOST:PORT, such as tcp://127.0.0.1:7000";
const std::string any_endpoint =
    right_endpoint + ", or tls:// udp:// unix:// unixpacket:// unixgram:// mq:// fd://";
const std::string right_backend = "expected asio, select, poll, epoll or spin";
const std::string right_threads = "expected a number from 1 to 1024, or per-connection";
const std::string right_time = "expected a time from 0 to 8760h, such as 500ms, 10s, 5m or 1h";
const std::string right_size = "expected bytes from 1 to 1073741824, such as 65536, 64KiB or 1MiB";
const std::string right_count = "expected a number from 1 to 10000000";
const std::string right_level = "expected trace, debug, info, warning, error or off";
const std::string right_framing =
    "expected raw, lines, fixed:N, length:1|2|4|8, length:varint, headers or delimiter:TEXT";
const std::string all_flags =
    "expected --listen, --backend, --threads, --max-connections, --max-frame, --idle-timeout, "
    "--drain, --unix-mode, --unix-owner, --tls-cert, --tls-key, --tls-self-signed, "
    "--tls-client-ca, --admin, --admin-token-file, "
    "--log-level, --framing, --version or --help";

void check_refused(const std::vector<Mistake>& mistakes) {
  for (const Mistake& mistake : mistakes) {
    Program program({.command = echo_command(mistake.flags)});
    BOOST_TEST_CONTEXT(mistake.line) {
      BOOST_TEST(program.wait().status == 2);
      BOOST_TEST(program.err() == "weir-echo: " + mistake.line + "\n");
      BOOST_TEST(program.out() == "");
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_wrong_value_is_answered_with_the_right_ones) {
  check_refused({
      {{"--backend", "kqueue"}, "--backend 'kqueue': " + right_backend},
      {{"--backend=kqueue"}, "--backend 'kqueue': " + right_backend},
      {{"--backend", ""}, "--backend '': " + right_backend},
      {{"--backend="}, "--backend '': " + right_backend},
      {{"--backend=", "--threads", "2"}, "--backend '': " + right_backend},
      {{"--backend", "Asio"}, "--backend 'Asio': " + right_backend},
      {{"--backend", "--threads"}, "--backend '--threads': " + right_backend},
      {{"--threads", "two"}, "--threads 'two': " + right_threads},
      {{"--threads", "2x"}, "--threads '2x': " + right_threads},
      {{"--log-level", "loud"}, "--log-level 'loud': " + right_level},
      {{"--framing", "xml"}, "--framing 'xml': unknown framing; " + right_framing},
      {{"--framing", "fixed:0"},
       "--framing 'fixed:0': the size is 0; expected fixed:N, such as fixed:16"},
      {{"--max-frame", "1kb"}, "--max-frame '1kb': " + right_size},
      {{"--max-frame", "MiB"}, "--max-frame 'MiB': " + right_size},
      {{"--idle-timeout", "soon"}, "--idle-timeout 'soon': " + right_time},
      {{"--idle-timeout", "1.5s"}, "--idle-timeout '1.5s': " + right_time},
      {{"--drain", "10 s"}, "--drain '10 s': " + right_time},
      {{"--max-connections", "[2]"}, "--max-connections '[2]': " + right_count},
  });
}

BOOST_AUTO_TEST_CASE(a_number_out_of_range_is_answered_with_the_range) {
  check_refused({
      {{"--threads", "0"}, "--threads '0': " + right_threads},
      {{"--threads", "-1"}, "--threads '-1': " + right_threads},
      {{"--threads", "1025"}, "--threads '1025': " + right_threads},
      {{"--max-connections", "0"}, "--max-connections '0': " + right_count},
      {{"--max-connections=-5"}, "--max-connections '-5': " + right_count},
      {{"--max-connections", "18446744073709551617"},
       "--max-connections '18446744073709551617': " + right_count},
      {{"--max-frame", "0"}, "--max-frame '0': " + right_size},
      {{"--max-frame", "2GiB"}, "--max-frame '2GiB': " + right_size},
      {{"--max-frame", "18014398509481985KiB"},
       "--max-frame '18014398509481985KiB': " + right_size},
      {{"--idle-timeout", "-1"}, "--idle-timeout '-1': " + right_time},
      {{"--drain", "8761h"}, "--drain '8761h': " + right_time},
  });
}

BOOST_AUTO_TEST_CASE(a_wrong_endpoint_is_answered_with_a_right_one) {
  const auto mistake = [](const std::string& endpoint, const std::string& why,
                          const std::string& right = right_endpoint) {
    return Mistake{{"--listen", endpoint}, "--listen '" + endpoint + "': " + why + right};
  };
  check_refused({
      mistake("7000", "no scheme; ", any_endpoint),
      mistake("http://127.0.0.1:80", "unknown scheme 'http'; ", any_endpoint),
      mistake("unix://a.sock", "a path begins with '/', a name with '@'; ",
              "expected unix:///PATH or unix://@NAME, such as unix:///run/app.sock"),
      mistake("tcp://127.0.0.1", "the port is missing; "),
      mistake("tcp://127.0.0.1:", "the port is missing; "),
      mistake("tcp://127.0.0.1:65536", "the port is not a number from 0 to 65535; "),
      mistake("tcp://:7000", "the host is missing; "),
      mistake("tcp://::1:7000", "an IPv6 address stands in brackets, as in tcp://[::1]:7000; "),
      mistake("tcp://[::1:7000", "'[' without ']'; "),
  });
}

BOOST_AUTO_TEST_CASE(a_second_endpoint_is_looked_at_as_well) {
  check_refused({{{"--listen", "tcp://127.0.0.1:0", "--listen", "nowhere"},
                  "--listen 'nowhere': no scheme; " + any_endpoint}});
}

BOOST_AUTO_TEST_CASE(what_is_no_flag_is_named) {
  check_refused({
      {{"--port", "7000"}, "unknown flag '--port': " + all_flags},
      {{"--port=7000"}, "unknown flag '--port': " + all_flags},
      {{"-x"}, "unknown flag '-x': " + all_flags},
      {{"--back", "asio"}, "unknown flag '--back': " + all_flags},
      {{"start"}, "unexpected argument 'start': expected flags only, see --help"},
      {{""}, "unexpected argument '': expected flags only, see --help"},
      {{"--listen", "tcp://127.0.0.1:0", "tcp://127.0.0.1:0"},
       "unexpected argument 'tcp://127.0.0.1:0': expected flags only, see --help"},
  });
}

BOOST_AUTO_TEST_CASE(a_missing_value_is_named) {
  check_refused({
      {{"--backend"}, "--backend: the value is missing: expected --backend NAME, see --help"},
      {{"--threads", "2", "--listen"},
       "--listen: the value is missing: expected --listen ENDPOINT, see --help"},
  });
}

BOOST_AUTO_TEST_CASE(only_listen_may_be_repeated) {
  check_refused({
      {{"--backend", "poll", "--backend", "poll"}, "--backend: given 2 times: expected once"},
      {{"--drain=1", "--drain=2", "--drain=3"}, "--drain: given 3 times: expected once"},
      {{"--framing", "raw", "--framing=raw"}, "--framing: given 2 times: expected once"},
  });
}

BOOST_AUTO_TEST_CASE(a_mistake_stays_one_line_whatever_is_in_it) {
  check_refused({
      {{"--backend", "a\nb\x1b[0m"}, "--backend 'a\\x0ab\\x1b[0m': " + right_backend},
      {{"--a\nb"}, "unknown flag '--a\\x0ab': " + all_flags},
      {{"--backend", std::string(5000, 'a')},
       "--backend '" + std::string(100, 'a') + "...': " + right_backend},
  });
}

BOOST_AUTO_TEST_CASE(a_wrong_right_of_a_unix_socket_is_named) {
  const std::string mode = "expected an octal number from 0 to 777, such as 660";
  check_refused({
      {{"--unix-mode", "8"}, "--unix-mode '8': " + mode},
      {{"--unix-mode", "1000"}, "--unix-mode '1000': " + mode},
      {{"--unix-mode", "rw"}, "--unix-mode 'rw': " + mode},
      {{"--unix-owner", "no-such-user"},
       "--unix-owner 'no-such-user': expected the name or the number of a user"},
      {{"--unix-owner", ":no-such-group"},
       "--unix-owner ':no-such-group': expected the name or the number of a group"},
  });
}

BOOST_AUTO_TEST_CASE(help_shows_each_flag_with_its_default_and_an_example) {
  for (const std::string flag : {"--help", "-h"}) {
    Program program({.command = echo_command({flag})});
    BOOST_TEST(program.wait().status == 0);
    BOOST_TEST(program.err() == "");
    for (const std::string part : {"Sends every frame back",
                                   "--listen ENDPOINT",
                                   "(tcp://127.0.0.1:7000; repeatable)",
                                   "--backend NAME",
                                   "(asio)",
                                   "--threads N|per-connection",
                                   "(1)",
                                   "--max-connections N",
                                   "(10000)",
                                   "--max-frame BYTES",
                                   "(1MiB)",
                                   "--idle-timeout TIME",
                                   "(300s)",
                                   "--drain TIME",
                                   "(10s)",
                                   "--log-level LEVEL",
                                   "(info)",
                                   "--framing FRAMING",
                                   "(raw)",
                                   "--version",
                                   "Example:\n  weir-echo --listen tcp://"}) {
      BOOST_TEST(program.out().find(part) != std::string::npos, "no '" << part << "' in --help");
    }
  }
}

BOOST_AUTO_TEST_CASE(version_is_one_line) {
  Program program({.command = echo_command({"--version"})});
  BOOST_TEST(program.wait().status == 0);
  BOOST_TEST(program.err() == "");
  BOOST_TEST(program.out() == "weir-echo " + std::string(weir::version()) + "\n");
}

BOOST_AUTO_TEST_CASE(right_flags_are_taken_in_all_their_forms) {
  const std::vector<std::vector<std::string>> lines{
      {"--max-frame", "65536", "--idle-timeout", "10", "--drain", "500ms"},
      {"--max-frame=64KiB", "--idle-timeout=5m", "--drain=1h", "--log-level=error"},
      {"--max-frame", "1MiB", "--idle-timeout", "0", "--drain", "0", "--max-connections", "1"},
      {"--max-frame", "1GiB", "--framing", "delimiter:\\r\\n", "--log-level", "off"},
      {"--threads", "1024", "--max-connections", "10000000", "--drain", "8760h"},
  };
  for (const auto& flags : lines) {
    EchoServer server(flags);
    BOOST_TEST(server.drain() == "drained: 0 idle, 0 finished, 0 cut");
    BOOST_TEST(server.program().err() == "");
  }
}
