// The programs over TLS: their flags, other people's clients, new certificates at SIGHUP.
#include "weir/tls/tls.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "integration/each_backend.hpp"
#include "integration/echo_server.hpp"
#include "integration/rpc_server.hpp"

namespace {

using namespace weir::integration;

/// Files that are gone with it.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "weir-tls-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string path(const std::string& name) const { return path_ / name; }
  /// A new certificate in chain.pem and key.pem; answers its pin.
  std::string renew() const {
    const auto made = weir::self_signed();
    BOOST_REQUIRE(made.ok());
    std::ofstream(path("chain.pem")) << made.value().certificate.chain_pem;
    std::ofstream(path("key.pem")) << made.value().certificate.key_pem;
    return made.value().pin;
  }

 private:
  std::filesystem::path path_;
};

const std::vector<std::string> self_signed = {"--listen", "tls://127.0.0.1:0", "--tls-self-signed"};

std::vector<std::string> with_files(const Folder& folder) {
  return {"--listen",  "tls://127.0.0.1:0",   "--tls-cert", folder.path("chain.pem"),
          "--tls-key", folder.path("key.pem")};
}

template <class Server>
std::string secure(const Server& server) {
  return "tls://127.0.0.1:" + std::to_string(server.address().port());
}

/// openssl s_client, which says `text` and stays until the server ends the connection.
std::vector<std::string> s_client(const ServerProgram& server, const Folder& folder,
                                  const std::string& text, const std::string& flags) {
  const std::string pipe = folder.path("pipe" + flags);
  const std::string port = std::to_string(server.address().port());
  return {"/bin/sh", "-c",
          "mkfifo '" + pipe + "' && exec 3<>'" + pipe + "' && echo " + text +
              " >&3 && exec openssl s_client " + flags + " -connect 127.0.0.1:" + port + " <&3"};
}

void check_refused(const std::vector<std::string>& flags, const std::string& line) {
  Program program({.command = echo_command(flags)});
  BOOST_TEST(program.wait().status == 2);
  BOOST_TEST(program.err() == "weir-echo: " + line + "\n");
}

}  // namespace

BOOST_AUTO_TEST_CASE(wrong_flags_of_tls_are_explained) {
  const std::string tls = "tls://127.0.0.1:0";
  check_refused({"--listen", tls},
                "--listen 'tls://127.0.0.1:0': expected either --tls-cert FILE "
                "--tls-key FILE, or --tls-self-signed");
  check_refused({"--tls-self-signed"},
                "the --tls flags are for tls:// endpoints, and --listen has none");
  check_refused({"--listen", tls, "--tls-cert", "/c.pem"},
                "--tls-cert and --tls-key come in pairs, and there are 1 and 0");
  check_refused({"--listen", tls, "--tls-cert", "/no.pem", "--tls-key", "/no.pem"},
                "cannot read the certificate /no.pem: No such file or directory");
  check_refused({"--listen", tls, "--tls-self-signed", "--tls-client-ca", "/no.pem"},
                "cannot read the authority /no.pem: No such file or directory");
  check_refused({"--listen", tls, "--tls-self-signed=no"},
                "--tls-self-signed 'no': it takes no value");
}

EACH_BACKEND(openssls_client_is_echoed) {
  const Folder folder;
  auto flags = self_signed;
  flags.insert(flags.end(), {"--backend", backend, "--framing", "lines"});
  EchoServer server(flags);
  Program older({.command = s_client(server, folder, "hello", "-quiet -tls1_2")});
  Program newer({.command = s_client(server, folder, "hello", "-quiet -tls1_3")});
  BOOST_TEST(older.read_line() == "hello");
  BOOST_TEST(newer.read_line() == "hello");
  BOOST_TEST(server.drain() == "drained: 2 idle, 0 finished, 0 cut");
  BOOST_TEST(older.wait().status == 0);
  BOOST_TEST(newer.wait().status == 0);
}

BOOST_AUTO_TEST_CASE(openssls_client_may_not_renegotiate) {
  const Folder folder;
  EchoServer server(self_signed);
  Program client({.command = s_client(server, folder, "R", "-tls1_2")});
  client.wait_for_error("no renegotiation");
}

BOOST_AUTO_TEST_CASE(a_hangup_brings_in_new_certificates_and_drops_nobody) {
  const Folder folder;
  const std::string before = folder.renew();
  auto flags = with_files(folder);
  flags.insert(flags.end(), {"--framing", "lines"});
  RpcServer server(flags);
  const auto ask = [&](const std::string& pin) {
    return call(
        {secure(server), "--framing", "lines", "--tls-pin", pin, "--tls-insecure", "add", "[1,2]"});
  };
  BOOST_TEST(ask(before).out == "3\n");
  const std::string after = folder.renew();
  server.program().signal(SIGHUP);
  server.program().wait_for_error("the certificates are read again");
  BOOST_TEST(ask(after).out == "3\n");
  const CallResult old = ask(before);
  BOOST_TEST(old.status == 4);
  BOOST_TEST(old.err.find("the server has none of the keys that were pinned") != std::string::npos);
  std::ofstream(folder.path("key.pem")) << "nothing";
  server.program().signal(SIGHUP);
  server.program().wait_for_error("the certificates stay as they were: the key ");
  BOOST_TEST(ask(after).out == "3\n");
}

BOOST_AUTO_TEST_CASE(weir_call_verifies_whom_it_talks_to) {
  const Folder folder;
  folder.renew();
  RpcServer server(with_files(folder));
  const auto ask = [&](std::vector<std::string> flags) {
    flags.insert(flags.begin(), {secure(server), "add", "[1,2]"});
    return call(flags);
  };
  BOOST_TEST(ask({"--tls-ca", folder.path("chain.pem")}).out == "3\n");
  BOOST_TEST(ask({"--tls-insecure"}).out == "3\n");
  const CallResult stranger = ask({});
  BOOST_TEST(stranger.status == 4);
  BOOST_TEST(stranger.err.find("is signed by itself, and not trusted here") != std::string::npos);
  BOOST_TEST(ask({"--tls-pin", "00"}).status == 2);
  const CallResult plain = call({"tcp://127.0.0.1:1", "add", "--tls-insecure"});
  BOOST_TEST(plain.status == 2);
  BOOST_TEST(plain.err ==
             "weir-call: the --tls flags are for tls://, and 'tcp://127.0.0.1:1' is not\n");
}

BOOST_AUTO_TEST_CASE(clients_must_show_a_certificate_where_an_authority_is_named) {
  const Folder folder;
  folder.renew();
  auto flags = with_files(folder);
  flags.insert(flags.end(), {"--tls-client-ca", folder.path("chain.pem")});
  RpcServer server(flags);
  const CallResult nobody = call({secure(server), "--tls-insecure", "add", "[1,2]"});
  BOOST_TEST(nobody.status != 0);
  server.program().wait_for_error("the client has no certificate, and one is required");
}
