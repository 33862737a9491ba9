// Unix sockets and inherited descriptors: found by a file or a name, replaced only when nobody is
// there, gone at the end.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <vector>

#include "unit/io/loop_case.hpp"

namespace {

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

/// A directory of its own, removed at the end.
class Directory {
 public:
  Directory() {
    char name[] = "/tmp/weir-local-XXXXXX";
    if (::mkdtemp(name) == nullptr) throw std::runtime_error("no directory for the test");
    path_ = name;
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

SocketAddress local(const std::string& path, SocketKind kind = SocketKind::stream) {
  return SocketAddress::local(path, kind).value();
}

/// Keeps what is accepted and stops the loop.
class Door final : public AcceptSink {
 public:
  explicit Door(EventLoop& loop) : loop_(loop) {}
  std::vector<Accepted> accepted;

 private:
  void on_accept(Accepted one) override {
    accepted.push_back(std::move(one));
    loop_.stop();
  }
  void on_shed(std::size_t, int) override {}
  EventLoop& loop_;
};

Result<TransportPtr> connect_and_wait(EventLoop& loop, const SocketAddress& address,
                                      Duration deadline = 1h) {
  std::optional<Result<TransportPtr>> outcome;
  loop.connect(address, deadline, [&](Result<TransportPtr> result) {
    outcome.emplace(std::move(result));
    loop.stop();
  });
  BOOST_TEST(!outcome.has_value());
  run_until(loop, "the connection", [&] { return outcome.has_value(); });
  return std::move(*outcome);
}

bool is_socket(const std::string& path) {
  struct stat file {};
  return ::lstat(path.c_str(), &file) == 0 && S_ISSOCK(file.st_mode);
}

void works(EventLoop& loop, const SocketAddress& address) {
  Door door(loop);
  auto listener = loop.listen(address, {}, door);
  BOOST_REQUIRE(listener.ok());
  BOOST_TEST((listener.value()->local() == address));
  auto connected = connect_and_wait(loop, address);
  BOOST_REQUIRE(connected.ok());
  BOOST_TEST((connected.value()->peer() == address));
  run_until(loop, "the accepting", [&] { return !door.accepted.empty(); });
  Recorder sink(loop);
  auto transport = loop.adopt(std::move(door.accepted.front())).take();
  transport->start(sink);
  const std::string_view words = "over a path";
  BOOST_TEST(connected.value()->write({&words, 1}) == words.size());
  run_until(loop, "the bytes", [&] { return sink.bytes == words; });
}

}  // namespace

LOOP_CASE(a_unix_stream_is_served_by_its_path) {
  const Directory directory;
  works(loop, local(directory / "a.sock"));
}

LOOP_CASE(a_unix_stream_is_served_by_an_abstract_name) {
  works(loop, local("@weir-test-" + std::to_string(::getpid())));
}

LOOP_CASE(the_file_goes_with_its_listener) {
  const Directory directory;
  const std::string path = directory / "a.sock";
  Door door(loop);
  {
    auto listener = loop.listen(local(path), {}, door);
    BOOST_TEST(is_socket(path));
  }
  BOOST_TEST(!std::filesystem::exists(path));
}

LOOP_CASE(a_file_that_somebody_else_made_meanwhile_stays) {
  const Directory directory;
  const std::string path = directory / "a.sock";
  Door door(loop);
  {
    auto listener = loop.listen(local(path), {}, door);
    std::filesystem::remove(path);
    std::ofstream(path) << "another's";
  }
  BOOST_TEST(std::filesystem::exists(path));
}

LOOP_CASE(a_stale_file_is_replaced) {
  const Directory directory;
  const std::string path = directory / "a.sock";
  {
    // As a program leaves it that was killed.
    const SocketAddress address = local(path);
    const Descriptor dead(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    BOOST_REQUIRE(::bind(dead.get(), address.data(), static_cast<socklen_t>(address.size())) == 0);
  }
  BOOST_REQUIRE(is_socket(path));
  works(loop, local(path));
}

LOOP_CASE(a_file_that_somebody_answers_on_is_not_replaced) {
  const Directory directory;
  const std::string path = directory / "a.sock";
  Door door(loop);
  auto first = loop.listen(local(path), {}, door);
  BOOST_REQUIRE(first.ok());
  for (const SocketKind kind : {SocketKind::stream, SocketKind::packet, SocketKind::datagram}) {
    const auto second = loop.listen(local(path, kind), {}, door);
    BOOST_REQUIRE(!second.ok());
    BOOST_TEST(second.error().code == EADDRINUSE);
    BOOST_TEST(second.error().message.find(path) != std::string::npos);
  }
  BOOST_TEST(is_socket(path));
}

LOOP_CASE(a_file_that_is_no_socket_is_not_replaced) {
  const Directory directory;
  const std::string path = directory / "precious";
  std::ofstream(path) << "words";
  Door door(loop);
  const auto listening = loop.listen(local(path), {}, door);
  BOOST_REQUIRE(!listening.ok());
  BOOST_TEST(listening.error().message ==
             "cannot listen on unix://" + path + ": there is a file that is no socket");
  BOOST_TEST(std::filesystem::file_size(path) == 5U);
}

LOOP_CASE(a_directory_that_is_not_there_is_an_error) {
  Door door(loop);
  const auto listening = loop.listen(local("/nowhere/at/all/a.sock"), {}, door);
  BOOST_REQUIRE(!listening.ok());
  BOOST_TEST(listening.error().code == ENOENT);
}

LOOP_CASE(the_file_has_the_mode_that_was_asked_for) {
  const Directory directory;
  const std::string path = directory / "a.sock";
  Door door(loop);
  for (const std::uint32_t mode : {0600U, 0660U, 0666U}) {
    auto listener = loop.listen(local(path), {.local_file = {.mode = mode}}, door);
    BOOST_REQUIRE(listener.ok());
    struct stat file {};
    BOOST_REQUIRE(::lstat(path.c_str(), &file) == 0);
    BOOST_TEST((file.st_mode & 07777U) == mode);
  }
}

LOOP_CASE(an_owner_that_may_not_be_given_is_an_error) {
  const Directory directory;
  const std::string path = directory / "a.sock";
  Door door(loop);
  if (::geteuid() == 0) {
    auto listener = loop.listen(local(path), {.local_file = {.user = 65534, .group = 65534}}, door);
    BOOST_REQUIRE(listener.ok());
    struct stat file {};
    BOOST_REQUIRE(::lstat(path.c_str(), &file) == 0);
    BOOST_TEST(file.st_uid == 65534U);
    BOOST_TEST(file.st_gid == 65534U);
    return;
  }
  const auto listening = loop.listen(local(path), {.local_file = {.user = 0}}, door);
  BOOST_REQUIRE(!listening.ok());
  BOOST_TEST(listening.error().code == EPERM);
  BOOST_TEST(!std::filesystem::exists(path));
}

LOOP_CASE(connecting_where_nobody_is_fails_at_once) {
  const Directory directory;
  const auto result = connect_and_wait(loop, local(directory / "nobody"));
  BOOST_REQUIRE(!result.ok());
  BOOST_TEST(result.error().code == ENOENT);
}

LOOP_CASE(a_listener_without_room_is_asked_again) {
  const Directory directory;
  const SocketAddress address = local(directory / "a.sock");
  const Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  BOOST_REQUIRE(::bind(listener.get(), address.data(), static_cast<socklen_t>(address.size())) ==
                0);
  BOOST_REQUIRE(::listen(listener.get(), 0) == 0);
  const auto first = connect_and_wait(loop, address);
  BOOST_REQUIRE(first.ok());
  const auto late = connect_and_wait(loop, address, 1ms);
  BOOST_REQUIRE(!late.ok());
  BOOST_TEST(late.error().code == ETIMEDOUT);
  bool made_room = false;
  loop.run_after(20ms, [&] {
    made_room = true;
    ::close(::accept(listener.get(), nullptr, nullptr));
  });
  BOOST_TEST(connect_and_wait(loop, address).ok());
  BOOST_TEST(made_room);
}

LOOP_CASE(a_loop_that_ends_forgets_a_connect_under_way) {
  const Directory directory;
  const SocketAddress address = local(directory / "a.sock");
  auto other = make_loop(loop.name()).take();
  bool told = false;
  other->connect(address, 1h, [&](const Result<TransportPtr>&) { told = true; });
  other.reset();
  BOOST_TEST(!told);
}

// --- inherited descriptors -----------------------------------------------------------------------

LOOP_CASE(an_inherited_listener_is_served) {
  Descriptor listening = open_listener();
  const SocketAddress address = address_of(listening);
  Door door(loop);
  auto listener = loop.listen(SocketAddress::inherited(listening.release()), {}, door);
  BOOST_REQUIRE(listener.ok());
  BOOST_TEST((listener.value()->local() == address));
  const Descriptor client = connect_to(address);
  run_until(loop, "the accepting", [&] { return !door.accepted.empty(); });
  BOOST_TEST((door.accepted.front().peer == address_of(client)));
}

LOOP_CASE(an_inherited_connection_is_accepted_once) {
  auto [peer, ours] = unix_pair();
  Door door(loop);
  auto listener = loop.listen(SocketAddress::inherited(ours.release()), {}, door);
  BOOST_REQUIRE(listener.ok());
  run_until(loop, "the accepting", [&] { return !door.accepted.empty(); });
  Recorder sink(loop);
  auto transport = loop.adopt(std::move(door.accepted.front())).take();
  transport->start(sink);
  send_all(peer, "given");
  run_until(loop, "the bytes", [&] { return sink.bytes == "given"; });
  run_rounds(loop);
  BOOST_TEST(door.accepted.size() == 1U);
}

LOOP_CASE(what_is_no_socket_is_refused_and_stays_open) {
  Door door(loop);
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  const Descriptor read_end(ends[0]);
  const Descriptor write_end(ends[1]);
  const auto listening = loop.listen(SocketAddress::inherited(read_end.get()), {}, door);
  BOOST_REQUIRE(!listening.ok());
  BOOST_TEST(listening.error().code == ENOTSOCK);
  BOOST_TEST(::fcntl(read_end.get(), F_GETFD) >= 0);
  BOOST_TEST(loop.listen(SocketAddress::inherited(999'999), {}, door).error().code == EBADF);
}

LOOP_CASE(an_inherited_connection_is_connected_to) {
  auto [peer, ours] = unix_pair();
  auto result = connect_and_wait(loop, SocketAddress::inherited(ours.release()));
  BOOST_REQUIRE(result.ok());
  const std::string_view words = "hello";
  BOOST_TEST(result.value()->write({&words, 1}) == words.size());
  BOOST_TEST(read_exactly(peer, words.size()) == words);
}

LOOP_CASE(a_shared_listener_serves_two_loops) {
  const Directory directory;
  const SocketAddress address = local(directory / "a.sock");
  Door door(loop);
  auto first = loop.listen(address, {}, door);
  BOOST_REQUIRE(first.ok());
  auto other = make_loop(loop.name()).take();
  Door other_door(*other);
  auto second =
      other->listen(address, {.shared_descriptor = first.value()->descriptor()}, other_door);
  BOOST_REQUIRE(second.ok());
  // Only the other one runs.
  const Descriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  BOOST_REQUIRE(::connect(client.get(), address.data(), static_cast<socklen_t>(address.size())) ==
                0);
  run_until(*other, "the accepting", [&] { return !other_door.accepted.empty(); });
  second.value().reset();
  BOOST_TEST(is_socket(directory / "a.sock"));
}
