// Compressed messages, RFC 7692 6 and 7.2, against bytes of the RFC, of zlib, and of nobody's.
#include "weir/websocket/deflate.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "unit/websocket/script.hpp"
#include "websocket/zlib.hpp"
#include "weir/websocket/writer.hpp"

using namespace weir::websocket;
using namespace weir::test;
using namespace std::string_literals;
using weir::Buffer;

namespace {

constexpr Deflation takeover{};
constexpr Deflation no_takeover{.server_no_context_takeover = true,
                                .client_no_context_takeover = true};
const std::string hello("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);  // RFC 7692 7.2.3.1

ReaderOptions with(Deflation deflation, ReadLimits limits = {}) {
  return {.limits = limits, .deflation = deflation};
}

/// `text` as one raw stream, without its tail.
std::string deflated(std::string_view text) { return std::string(Deflater(6, 8, 15).end(text)); }

std::shared_ptr<const Compressor> compressor(CompressorOptions options = {.threshold = 1}) {
  return std::make_shared<const Compressor>(options);
}

/// A text that compresses, and no two alike.
std::string line(int number) {
  return "line " + std::to_string(number) + " says line after line what line " +
         std::to_string(number * 7) + " has said";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compression)

BOOST_AUTO_TEST_CASE(the_examples_of_rfc_7692_section_7_2_3_are_read) {
  const std::string stored("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11);
  const std::string last_block("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8);
  const std::string two_blocks("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13);
  const std::string with_window("\xf2\x00\x11\x00\x00", 5);
  for (const Deflation& agreed : {takeover, no_takeover}) {
    for (const std::string& payload : {hello, stored, last_block, two_blocks}) {
      const std::string frame = masked(0xC1, payload);
      BOOST_TEST(server_sees(frame + frame + frame, with(agreed)) ==
                 "text:Hello text:Hello text:Hello");
      BOOST_TEST(client_sees(bare(0xC1, payload), with(agreed)) == "text:Hello");
    }
    BOOST_TEST(server_sees(masked(0x41, hello.substr(0, 3)) + masked(0x80, hello.substr(3)),
                           with(agreed)) == "text:Hello");
    BOOST_TEST(server_sees(masked(0xC1, "\0"s) + masked(0xC1, hello), with(agreed)) ==
               "text: text:Hello");
  }
  BOOST_TEST(server_sees(masked(0xC1, hello) + masked(0xC1, with_window), with(takeover)) ==
             "text:Hello text:Hello");
  // The last block of one message is in the window of the next one.
  BOOST_TEST(server_sees(masked(0xC1, last_block) + masked(0xC1, with_window), with(takeover)) ==
             "text:Hello text:Hello");
  // Without takeover there is no window to point into.
  BOOST_TEST(server_sees(masked(0xC1, hello) + masked(0xC1, with_window), with(no_takeover)) ==
             "text:Hello failed 1007:message that does not inflate");
}

BOOST_AUTO_TEST_CASE(rsv1_stands_on_the_first_frame_of_a_message_alone) {  // 6.1
  BOOST_TEST(server_sees(masked(0x41, hello.substr(0, 3)) + masked(0xC0, hello.substr(3)),
                         with(no_takeover)) == "failed 1002:RSV1 is set on a continuation frame");
  BOOST_TEST(server_sees(masked(0x01, "a") + masked(0xC0, "b"), with(no_takeover)) ==
             "failed 1002:RSV1 is set on a continuation frame");
  for (const unsigned opcode : {8U, 9U, 10U}) {
    BOOST_TEST(server_sees(masked(0xC0 | opcode, ""), with(no_takeover)) ==
               "failed 1002:RSV1 is set on a control frame");
  }
  BOOST_TEST(server_sees(masked(0xA1, hello), with(no_takeover)) ==
             "failed 1002:reserved bit RSV2 or RSV3 is set");
}

BOOST_AUTO_TEST_CASE(plain_and_compressed_messages_and_control_frames_mix) {
  BOOST_TEST(server_sees(masked(0x81, "plain") + masked(0x41, hello.substr(0, 2)) +
                             masked(0x89, "ping") + masked(0x00, "") +
                             masked(0x80, hello.substr(2)) + masked(0x82, "\xff") +
                             masked(0xC2, hello) + masked(0x88, ""),
                         with(takeover)) ==
             "text:plain ping:ping text:Hello binary:\xff binary:Hello close 1005:");
}

BOOST_AUTO_TEST_CASE(what_does_not_inflate_is_1007) {
  BOOST_TEST(server_sees(masked(0xC1, "\xff\xff\xff"), with(no_takeover)) ==
             "failed 1007:message that does not inflate");
  // Cut off inside of a block, whichever way the tail then reads.
  const std::string long_one = deflated(line(1) + line(2) + line(3));
  for (std::size_t size = 1; size + 1 < long_one.size(); ++size) {
    const std::string words =
        seen(Role::server, {masked(0xC1, long_one.substr(0, size))}, with(no_takeover));
    if (!words.starts_with("failed 1007:")) BOOST_TEST(false, size << ": " << words);
  }
  // Inflated, it is still text.
  BOOST_TEST(server_sees(masked(0xC1, deflated("ab\xff")), with(no_takeover)) ==
             "failed 1007:text that is not UTF-8");
  BOOST_TEST(server_sees(masked(0xC1, deflated("ab\xe1")), with(no_takeover)) ==
             "failed 1007:text that is not UTF-8");
  BOOST_TEST(server_sees(masked(0xC2, deflated("ab\xff")), with(no_takeover)) == "binary:ab\xff");
}

BOOST_AUTO_TEST_CASE(streams_that_end_oddly_have_one_meaning) {
  // A last block with nothing behind it, and no bytes at all.
  BOOST_TEST(server_sees(masked(0xC1, "\xf3\x48\xcd\xc9\xc9\x07\x00"s), with(takeover)) ==
             "text:Hello");
  BOOST_TEST(server_sees(masked(0xC1, "") + masked(0xC1, hello), with(takeover)) ==
             "text: text:Hello");
  // Many empty blocks are nothing.
  std::string empty_blocks;
  for (int i = 0; i < 20; ++i) empty_blocks += "\x00\x00\x00\xff\xff"s;
  BOOST_TEST(server_sees(masked(0xC1, empty_blocks + hello), with(no_takeover)) == "text:Hello");
  // So is a message whose tail is there twice.
  BOOST_TEST(server_sees(masked(0xC1, hello + "\x00\x00\xff\xff\x00"s), with(no_takeover)) ==
             "text:Hello");
}

BOOST_AUTO_TEST_CASE(a_bomb_costs_the_limit_and_fails_with_1009) {
  const std::string bomb = deflated(std::string(64 * 1024 * 1024, '\0'));
  BOOST_TEST(bomb.size() < 70000U);
  for (const bool pieces : {false, true}) {
    for (const std::size_t cut : {std::size_t{0}, std::size_t{100}, bomb.size() / 2}) {
      Reader reader(Role::server, {.pieces = pieces, .deflation = no_takeover});
      Scratch scratch;
      const std::string frames = masked(0xC2, bomb);
      std::size_t given = 0;
      Event event;
      std::string_view input = std::string_view(frames).substr(0, cut);
      for (int reads = 0; reads < 2; ++reads) {
        do {
          event = reader.read(input, scratch);
          given += event.kind == Event::Kind::binary ? event.payload.size() : 0;
          BOOST_REQUIRE(reader.held() <= 2 * 1024 * 1024U);
          input.remove_prefix(event.consumed);
        } while (event.kind == Event::Kind::binary);
        if (event.kind == Event::Kind::failed) break;
        input = std::string_view(frames).substr(cut - input.size());
      }
      BOOST_TEST((event.kind == Event::Kind::failed));
      BOOST_TEST(event.code == 1009);
      BOOST_TEST(event.payload == "message of more than 1048576 bytes");
      BOOST_TEST(given <= 1024 * 1024U);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_message_may_inflate_to_its_limit_exactly) {
  const std::string text(1000, 'x');
  BOOST_TEST(server_sees(masked(0xC1, deflated(text)),
                         with(no_takeover, {.message_bytes = 1000})) == "text:" + text);
  BOOST_TEST(server_sees(masked(0xC1, deflated(text)), with(no_takeover, {.message_bytes = 999})) ==
             "failed 1009:message of more than 999 bytes");
  BOOST_TEST(server_sees(masked(0xC1, "\0"s), with(no_takeover, {.message_bytes = 0})) == "text:");
}

BOOST_AUTO_TEST_CASE(empty_blocks_without_end_are_bounded_as_well) {
  std::string blocks;
  for (int i = 0; i < 500; ++i) blocks += "\x00\x00\x00\xff\xff"s;
  BOOST_TEST(seen(Role::server, {masked(0x41, blocks) + masked(0x00, blocks)},
                  with(no_takeover, {.message_bytes = 1000})) ==
             "failed 1009:frame of more than 2149 bytes");
  BOOST_TEST(seen(Role::server,
                  {masked(0x41, blocks.substr(0, 2000)) + masked(0x00, blocks.substr(0, 2000))},
                  with(no_takeover, {.message_bytes = 1000})) ==
             "failed 1009:message of more than 1000 bytes");
}

BOOST_AUTO_TEST_CASE(short_messages_and_those_that_grow_go_uncompressed) {
  const Compressor with_threshold({.threshold = 10});
  Buffer output;
  BOOST_TEST(append_message(Opcode::text, "aaaaaaaaa", &with_threshold, output).ok());
  BOOST_TEST(output.view() == bare(0x81, "aaaaaaaaa"));
  output.clear();
  BOOST_TEST(append_message(Opcode::text, std::string(100, 'a'), &with_threshold, output).ok());
  BOOST_TEST(output.view().front() == '\xc1');
  BOOST_TEST(output.size() < 20U);
  output.clear();
  BOOST_TEST(append_message(Opcode::text, "qwertzuiopas", &with_threshold, output).ok());
  BOOST_TEST(output.view() == bare(0x81, "qwertzuiopas"));
}

BOOST_AUTO_TEST_CASE(a_broadcast_is_the_same_bytes_each_time) {
  const auto shared = compressor();
  Buffer first;
  Buffer second;
  BOOST_TEST(append_message(Opcode::text, line(1), shared.get(), first).ok());
  BOOST_TEST(append_message(Opcode::text, line(2), shared.get(), second).ok());
  second.clear();
  BOOST_TEST(append_message(Opcode::text, line(1), shared.get(), second).ok());
  BOOST_TEST(first.view() == second.view());
  // Also for a peer with a smaller window, which the idle state of 15 bits is not for.
  second.clear();
  BOOST_TEST(append_message(Opcode::text, line(1), shared.get(), second, 9).ok());
  BOOST_TEST(seen(Role::client, {std::string(second.view())},
                  with({.server_no_context_takeover = true, .server_max_window_bits = 9})) ==
             "text:" + line(1));
}

BOOST_AUTO_TEST_CASE(takeover_makes_the_second_message_smaller_than_the_first) {
  for (const bool keeps : {false, true}) {
    Writer writer(Role::server,
                  {.deflation = keeps ? takeover : no_takeover, .compressor = compressor()});
    Buffer first;
    Buffer second;
    BOOST_TEST(writer.message(Opcode::text, line(3), first).ok());
    BOOST_TEST(writer.message(Opcode::text, line(3), second).ok());
    BOOST_TEST((second.size() < first.size() / 2) == keeps);
    BOOST_TEST(client_sees(std::string(first.view()).append(second.view()),
                           with(keeps ? takeover : no_takeover)) ==
               "text:" + line(3) + " text:" + line(3));
  }
}

BOOST_AUTO_TEST_CASE(a_window_that_zlib_does_not_have_is_not_written_into) {
  Writer writer(Role::client, {.masks =
                                   [] {
                                     return MaskKey{1, 2, 3, 4};
                                   },
                               .deflation = Deflation{.client_max_window_bits = 8},
                               .compressor = compressor()});
  Buffer output;
  BOOST_TEST(writer.message(Opcode::text, line(1), output).ok());
  BOOST_TEST(output.view().front() == '\x81');
  output.clear();
  BOOST_TEST(append_message(Opcode::text, line(1), compressor().get(), output, 8).ok());
  BOOST_TEST(output.view() == bare(0x81, line(1)));
}

BOOST_AUTO_TEST_CASE(compressed_fragments_are_readable_when_they_arrive) {
  for (const Deflation& agreed : {takeover, no_takeover}) {
    Writer writer(Role::server, {.deflation = agreed, .compressor = compressor()});
    Reader reader(Role::client, {.pieces = true, .deflation = agreed});
    Scratch scratch;
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 5; ++i) {
        Buffer output;
        BOOST_TEST(writer.fragment(Opcode::text, line(i), false, output).ok());
        const Event event = reader.read(output.view(), scratch);
        BOOST_TEST((event.kind == Event::Kind::text));
        BOOST_TEST(!event.last);
        BOOST_TEST(event.payload == line(i));
      }
      Buffer output;
      BOOST_TEST(writer.fragment(Opcode::text, "", round != 1, output).ok());
      if (round == 1) BOOST_TEST(writer.fragment(Opcode::text, "end", true, output).ok());
      const Event event = reader.read(output.view(), scratch);
      BOOST_TEST((event.kind == Event::Kind::text));
      BOOST_TEST(event.last);
      BOOST_TEST(event.payload == (round == 1 ? "end" : ""));
    }
  }
}

BOOST_AUTO_TEST_CASE(one_compressor_serves_several_threads) {
  const auto shared = compressor();
  const auto alone = [](int number) {
    Buffer output;
    BOOST_REQUIRE(append_message(Opcode::text, line(number), compressor().get(), output).ok());
    return std::string(output.view());
  };
  const std::vector<std::string> expected{alone(0), alone(1), alone(2), alone(3)};
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&, number] {
      for (int i = 0; i < 200; ++i) {
        Buffer output;
        const bool ok = append_message(Opcode::text, line(number), shared.get(), output).ok();
        if (ok && output.view() == expected[static_cast<std::size_t>(number)]) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(right == 800);
}

BOOST_AUTO_TEST_CASE(a_compressor_says_what_it_cannot_be) {
  for (const CompressorOptions& options :
       {CompressorOptions{.level = 0}, CompressorOptions{.level = 10},
        CompressorOptions{.memory_level = 0}, CompressorOptions{.window_bits = 8},
        CompressorOptions{.window_bits = 16}}) {
    BOOST_CHECK_THROW(Compressor{options}, std::invalid_argument);
  }
}

BOOST_AUTO_TEST_SUITE_END()
