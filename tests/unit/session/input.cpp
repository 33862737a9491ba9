// What a connection makes of the bytes that come: frames, wherever the reads cut them.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/any.hpp"
#include "weir/framing/fixed.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/framing/parse.hpp"
#include "weir/framing/raw.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// A framing and messages that it takes.
struct Script {
  std::string framing;
  std::vector<std::string> messages;
};

std::vector<Script> scripts() {
  const std::string longer(300, 'x');
  const std::vector<std::string> texts{"a", "", "hello world", longer, "z"};
  std::vector<Script> all;
  for (const std::string name :
       {"lines", "lines:crlf", "delimiter:\\r\\n.\\r\\n", "delimiter:\\x00", "length:2", "length:4",
        "length:8", "length:4:little", "length:2:self", "length:varint", "headers"}) {
    all.push_back({name, texts});
  }
  all.push_back({"length:1", {"a", "", "hello", std::string(255, 'y')}});
  all.push_back({"fixed:5", {"hello", "world", "12345"}});
  all.push_back({"fixed:1", {"a", "b", "c"}});
  return all;
}

AnyFraming framing_of(const std::string& name) {
  auto framing = parse_framing(name);
  BOOST_REQUIRE(framing.ok());
  return framing.take();
}

std::string encoded(const Script& script) {
  Buffer output;
  const AnyFraming framing = framing_of(script.framing);
  for (const std::string& message : script.messages) {
    BOOST_REQUIRE(framing.encode(message, output).ok());
  }
  return std::string(output.view());
}

/// Sends `reads` one by one, then the end; every message must be handled once and come back.
void check_echo(const Script& script, const std::string& bytes,
                const std::vector<std::string>& reads, const Faults& faults = {}) {
  Bench bench({}, faults);
  std::vector<std::string> frames;
  bench.serve(framing_of(script.framing), [&frames](std::string_view frame) {
    frames.emplace_back(frame);
    return frame;
  });
  Peer peer = bench.dial();
  std::string replies;
  for (const std::string& read : reads) replies += bench.say(peer, read);
  BOOST_TEST(frames == script.messages, boost::test_tools::per_element());
  BOOST_TEST((replies == bytes));
  BOOST_TEST(bench.server.stats().frames_in == script.messages.size());
  BOOST_TEST(bench.server.stats().bytes_in == bytes.size());
  BOOST_TEST(bench.server.stats().bytes_out == bytes.size());
  peer.end();
  bench.run();
  bench.check_end(CloseReason::peer_ended);
}

/// lines() or another framing, and how often it was asked.
template <class F>
class Counted {
 public:
  Counted(F framing, std::size_t& calls) : framing_(std::move(framing)), calls_(&calls) {}
  void set_default_max(std::size_t max) { framing_.set_default_max(max); }
  Decoded decode(std::string_view input) {
    ++*calls_;
    return framing_.decode(input);
  }
  Status encode(std::string_view message, Buffer& output) const {
    return framing_.encode(message, output);
  }

 private:
  F framing_;
  std::size_t* calls_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(input)

BOOST_AUTO_TEST_CASE(frames_that_come_in_one_read_are_all_answered) {
  for (const Script& script : scripts()) {
    BOOST_TEST_CONTEXT(script.framing) {
      const std::string bytes = encoded(script);
      check_echo(script, bytes, {bytes});
    }
  }
}

BOOST_AUTO_TEST_CASE(a_cut_at_any_byte_makes_no_difference) {
  for (const Script& script : scripts()) {
    const std::string bytes = encoded(script);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      BOOST_TEST_CONTEXT(script.framing << " cut at " << cut) {
        check_echo(script, bytes, {bytes.substr(0, cut), bytes.substr(cut)});
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(pieces_of_any_size_make_no_difference) {
  for (const Script& script : scripts()) {
    const std::string bytes = encoded(script);
    for (const std::size_t size : {1U, 2U, 3U, 7U, 64U}) {
      BOOST_TEST_CONTEXT(script.framing << " in pieces of " << size) {
        check_echo(script, bytes, pieces_of(bytes, size));
        check_echo(script, bytes, {bytes}, {.max_read = size});
        check_echo(script, bytes, {bytes}, {.max_read = size, .max_write = size});
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(raw_bytes_come_back_as_they_are_however_they_are_cut) {
  const std::string bytes = "a\nb\r\n" + std::string(1000, '\0') + "z";
  for (const std::size_t size : {1U, 2U, 7U, 64U, 5000U}) {
    Bench bench;
    bench.serve(raw(), echo);
    Peer peer = bench.dial();
    std::string back;
    for (const std::string& piece : pieces_of(bytes, size)) back += bench.say(peer, piece);
    BOOST_TEST((back == bytes));
    peer.end();
    bench.run();
    bench.check_end(CloseReason::peer_ended);
  }
}

BOOST_AUTO_TEST_CASE(
    a_large_length_prefixed_frame_in_pieces_is_decoded_a_constant_number_of_times) {
  std::size_t calls = 0;
  Bench bench;
  bench.serve(Counted(length_prefix(4), calls),
              [](std::string_view frame) { return std::to_string(frame.size()); });
  Peer peer = bench.dial();
  Buffer bytes;
  BOOST_REQUIRE(length_prefix(4).encode(std::string(1'000'000, 'x'), bytes).ok());
  for (const std::string& piece : pieces_of(bytes.view(), 1000)) bench.say(peer, piece);
  BOOST_TEST(bench.server.stats().frames_in == 1U);
  // The first piece, and the whole.
  BOOST_TEST(calls <= 3U);
}

BOOST_AUTO_TEST_CASE(a_length_that_comes_byte_by_byte_is_asked_for_once_a_byte_at_most) {
  std::size_t calls = 0;
  Bench bench;
  bench.serve(Counted(length_prefix(4), calls), echo);
  Peer peer = bench.dial();
  const std::string bytes("\0\0\0\x05hello", 9);
  std::string back;
  for (const char byte : bytes) back += bench.say(peer, std::string(1, byte));
  BOOST_TEST((back == bytes));
  BOOST_TEST(calls <= 4U);
}

BOOST_AUTO_TEST_CASE(a_long_line_in_pieces_is_asked_for_once_a_piece) {
  std::size_t calls = 0;
  Bench bench;
  bench.serve(Counted(lines(), calls),
              [](std::string_view line) { return std::to_string(line.size()); });
  Peer peer = bench.dial();
  std::string back;
  const std::string line = std::string(1'000'000, 'x') + "\n";
  for (const std::string& piece : pieces_of(line, 1000)) back += bench.say(peer, piece);
  BOOST_TEST(back == "1000000\n");
  BOOST_TEST(calls <= 1001U);
}

BOOST_AUTO_TEST_CASE(many_small_frames_behind_half_a_frame_are_each_decoded_once) {
  std::size_t calls = 0;
  Bench bench;
  bench.serve(Counted(length_prefix(4), calls), echo);
  Peer peer = bench.dial();
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += std::string("\0\0\0\x02hi", 6);
  std::string back = bench.say(peer, bytes.substr(0, 3));
  back += bench.say(peer, bytes.substr(3));
  BOOST_TEST((back == bytes));
  BOOST_TEST(calls <= 1003U);
}

BOOST_AUTO_TEST_CASE(a_size_that_the_framing_was_given_is_no_limit_of_the_servers) {
  const std::size_t size = 2 * default_max_frame;
  Bench bench;
  bench.serve(fixed(size), [](std::string_view) {});
  Peer peer = bench.dial();
  bench.say(peer, std::string(size, 'x'));
  BOOST_TEST(bench.server.stats().frames_in == 1U);
  peer.end();
  bench.run();
  bench.check_end(CloseReason::peer_ended);
}

BOOST_AUTO_TEST_CASE(a_frame_of_exactly_the_limit_is_one_and_a_byte_more_is_none) {
  ServerOptions options;
  options.limits.frame = 10;
  for (const std::string framing : {"lines", "length:4", "delimiter:;", "headers"}) {
    BOOST_TEST_CONTEXT(framing) {
      Bench bench(options);
      bench.serve(framing_of(framing), [](std::string_view) {});
      Peer peer = bench.dial();
      bench.say(peer, encoded({framing, {std::string(10, 'x')}}));
      BOOST_TEST(bench.server.stats().frames_in == 1U);
      bench.say(peer, encoded({framing, {std::string(11, 'x')}}));
      BOOST_TEST(bench.server.stats().frames_in == 1U);
      BOOST_TEST(bench.logged("frame_too_large") == 1U);
      peer.end();
      bench.run();
      bench.check_end(CloseReason::frame_too_large);
    }
  }
}

// --- pause -----------------------------------------------------------------------------------

namespace {
/// Echoes, and pauses at the line "pause".
constexpr auto pausing = [](std::string_view line, Session& session) {
  if (line == "pause") session.pause();
  return line;
};
}  // namespace

BOOST_AUTO_TEST_CASE(a_pause_in_the_middle_of_a_read_holds_the_rest_back_until_resume) {
  Bench bench;
  bench.serve(lines(), pausing);
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\npause\nb\npause\nc\nd") == "a\npause\n");
  BOOST_TEST(bench.server.stats().frames_in == 2U);
  bench.session.resume();
  bench.run();
  BOOST_TEST(peer.take() == "b\npause\n");
  // What comes meanwhile waits behind it, unread.
  const auto seen = bench.server.stats().bytes_in;
  BOOST_TEST(bench.say(peer, "\ne\n") == "");
  BOOST_TEST(bench.server.stats().bytes_in == seen);
  bench.session.resume();
  bench.run();
  BOOST_TEST(peer.take() == "c\nd\ne\n");
}

BOOST_AUTO_TEST_CASE(a_pause_at_any_frame_and_any_cut_loses_and_reorders_nothing) {
  const std::string bytes = "a\npause\nbb\npause\npause\nccc\n";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Bench bench;
    bench.serve(lines(), pausing);
    Peer peer = bench.dial();
    std::string back = bench.say(peer, bytes.substr(0, cut));
    bench.session.resume();
    back += bench.say(peer, bytes.substr(cut));
    for (int i = 0; i < 3; ++i) {
      bench.session.resume();
      bench.run();
      back += peer.take();
    }
    BOOST_TEST(back == bytes);
  }
}

BOOST_AUTO_TEST_CASE(a_pause_before_the_peers_end_answers_everything_after_resume_and_then_ends) {
  Bench bench;
  bench.serve(lines(), pausing);
  Peer peer = bench.dial();
  peer.send("pause\nb\n");
  peer.end();
  bench.run();
  BOOST_TEST(peer.take() == "pause\n");
  BOOST_TEST(bench.record.back() == "open");
  bench.session.resume();
  bench.run();
  BOOST_TEST(peer.take() == "b\n");
  BOOST_TEST(peer.ended());
  bench.check_end(CloseReason::peer_ended);
  BOOST_TEST(bench.record == (std::vector<std::string>{"open", "end", "close peer_ended"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_pause_before_the_peers_end_in_mid_frame_still_ends_with_truncated_frame) {
  Bench bench;
  bench.serve(lines(), pausing);
  Peer peer = bench.dial();
  peer.send("pause\nb\nhal");
  peer.end();
  bench.run();
  bench.session.resume();
  bench.run();
  BOOST_TEST(peer.take() == "pause\nb\n");
  bench.check_end(CloseReason::truncated_frame);
}

BOOST_AUTO_TEST_CASE(a_pause_that_is_taken_back_in_the_same_call_changes_nothing) {
  Bench bench;
  bench.serve(lines(), [](std::string_view line, Session& session) {
    session.pause();
    session.resume();
    return line;
  });
  Peer peer = bench.dial();
  BOOST_TEST(bench.say(peer, "a\nb\nc\n") == "a\nb\nc\n");
}

BOOST_AUTO_TEST_CASE(resume_without_a_pause_and_a_second_pause_change_nothing) {
  Bench bench;
  bench.serve(lines(), pausing);
  Peer peer = bench.dial();
  bench.session.resume();
  BOOST_TEST(bench.say(peer, "pause\na\n") == "pause\n");
  bench.session.pause();
  bench.session.resume();
  bench.run();
  BOOST_TEST(peer.take() == "a\n");
}

BOOST_AUTO_TEST_CASE(a_peer_that_resets_ends_a_paused_connection) {
  Bench bench;
  bench.serve(lines(), pausing);
  Peer peer = bench.dial();
  bench.say(peer, "pause\na\n");
  peer.reset();
  bench.run();
  bench.check_end(CloseReason::peer_reset);
}

BOOST_AUTO_TEST_SUITE_END()
