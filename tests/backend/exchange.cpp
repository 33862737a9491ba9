// Bytes in, bytes out: whatever the pieces, the replies are the same.
#include <random>

#include "backend/scenario.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"

namespace {

using namespace weir;
using namespace weir::test;

constexpr auto echo = [](std::string_view frame) { return frame; };

/// `payload` as length_prefix(4) writes it.
std::string prefixed(std::string_view payload) {
  const auto size = payload.size();
  std::string frame;
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(size >> shift);
  return frame.append(payload);
}

std::string random_bytes(std::size_t size, std::minstd_rand& random) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() >> 8U);
  return bytes;
}

}  // namespace

CORE_SCENARIO(a_frame_is_echoed) {
  const auto serving = bench.serve(lines(), echo);
  const auto client = bench.connect();
  client->send("hello\n");
  BOOST_TEST(client->read(6) == "hello\n");
  client->close();
  BOOST_TEST(to_string(bench.next_reason()) == "peer_ended");
}

SCENARIO(frames_may_be_cut_at_every_byte, Sockets::streams) {
  const auto serving = bench.serve(length_prefix(4), echo);
  const auto client = bench.connect();
  const std::string stream = prefixed("hello") + prefixed("") + prefixed("weir");
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    client->send(std::string_view(stream).substr(0, cut));
    // Replies to the whole frames before the cut: then the server has seen the first piece.
    const std::size_t answered = cut >= stream.size() ? stream.size()
                                 : cut >= 13          ? 13
                                 : cut >= 9           ? 9
                                                      : 0;
    std::string replies = client->read(answered);
    client->send(std::string_view(stream).substr(cut));
    replies += client->read(stream.size() - answered);
    BOOST_TEST(replies == stream);
  }
}

SCENARIO(frames_may_come_byte_by_byte, Sockets::streams) {
  const auto serving = bench.serve(length_prefix(4), echo);
  const auto client = bench.connect();
  const std::string stream = prefixed("hello") + prefixed("") + prefixed("weir");
  for (const char byte : stream) {
    client->send({&byte, 1});
    if (bench.in_memory()) bench.run_ready();
  }
  BOOST_TEST(client->read(stream.size()) == stream);
}

CORE_SCENARIO(a_thousand_frames_in_one_send_are_answered_in_order) {
  const auto serving = bench.serve(lines(), echo);
  const auto client = bench.connect();
  std::string stream;
  for (int i = 0; i < 1000; ++i) stream += "frame number " + std::to_string(i) + "\n";
  client->send(stream);
  BOOST_TEST((client->read(stream.size()) == stream));
}

CORE_SCENARIO(megabytes_go_both_ways_at_once_with_a_slow_reader, Sockets::streams) {
  const auto serving = bench.serve(length_prefix(4), echo);
  std::minstd_rand random(20240607);
  std::string stream;
  const std::size_t size = bench.scaled(8U << 20U);
  while (stream.size() < size) stream += prefixed(random_bytes(random() % 50'000, random));
  const auto client = bench.connect();
  BOOST_TEST((client->exchange(stream, stream.size(), 7) == stream));
  client->end();
  BOOST_TEST(client->read_to_end().bytes.empty());
  BOOST_TEST(to_string(bench.next_reason()) == "peer_ended");
}

SCENARIO(large_and_tiny_frames_mix, Sockets::streams) {
  bench.options.limits.frame = 2U << 20U;
  const auto serving = bench.serve(length_prefix(4), echo);
  std::minstd_rand random(42);
  const auto client = bench.connect();
  std::string stream;
  for (const std::size_t size : {0U, 1U, 511U, 512U, 513U, 65'531U, 65'532U, 65'533U, 65'536U, 1U,
                                 1'000'000U, 2U, 508U, 507U, 509U, 131'072U, 0U, 0U, 3U}) {
    stream += prefixed(random_bytes(size, random));
  }
  BOOST_TEST((client->exchange(stream, stream.size(), 3) == stream));
  BOOST_TEST((client->exchange(stream, stream.size(), 4) == stream));
}

SCENARIO(many_clients_at_once_get_their_own_replies) {
  const auto serving = bench.serve(lines(), echo);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(bench.connect());
  for (int round = 0; round < 5; ++round) {
    for (std::size_t i = 0; i < clients.size(); ++i) {
      clients[i]->send("client " + std::to_string(100 + i) + "\n");
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
      BOOST_TEST(clients[i]->read(11) == "client " + std::to_string(100 + i) + "\n");
    }
  }
}

CORE_SCENARIO(the_server_may_speak_first) {
  Hooks hooks;
  hooks.on_open = [](Session& session) { session.send("welcome"); };
  const auto serving = bench.serve(lines(), echo, std::move(hooks));
  const auto client = bench.connect();
  BOOST_TEST(client->read(8) == "welcome\n");
  client->send("thanks\n");
  BOOST_TEST(client->read(7) == "thanks\n");
}
