// Streams that nobody thought of, from fixed seeds: mutated ones never crash the reader and are the
// same in all cuts; what a writer makes comes back as it was.
#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <vector>

#include "unit/websocket/script.hpp"
#include "weir/websocket/reader.hpp"
#include "weir/websocket/writer.hpp"

using namespace weir::websocket;
using namespace weir::test;
using weir::Buffer;

namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) { return random() % limit; }

std::string random_text(Random& random, std::size_t most) {
  static const std::vector<std::string> words{
      "weir ", "x", "\xc3\xa9", "\xe1\xbd\xb9", "\xf0\x9f\x98\x80", "0123456789", "\n"};
  std::string text;
  for (std::size_t size = below(random, most + 1); text.size() < size;) {
    text += words[below(random, words.size())];
  }
  return text;
}

std::string random_bytes(Random& random, std::size_t most) {
  std::string bytes(below(random, most + 1), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

/// A conversation of one end, and in `expected` what the other end sees, in the words of seen().
std::string conversation(Random& random, Writer& writer, std::string& expected, std::size_t most) {
  Buffer output;
  const auto expect = [&expected](std::string_view kind, std::string_view payload) {
    expected.append(expected.empty() ? "" : " ").append(kind).append(":").append(payload);
  };
  for (std::size_t i = 0, count = 1 + below(random, 8); i < count; ++i) {
    const bool is_text = below(random, 2) == 0;
    const Opcode kind = is_text ? Opcode::text : Opcode::binary;
    const std::string payload = is_text ? random_text(random, most) : random_bytes(random, most);
    if (below(random, 4) == 0) {
      writer.ping(payload.substr(0, 125), output);
      expect("ping", payload.substr(0, 125));
    }
    if (below(random, 2) == 0) {
      BOOST_REQUIRE(writer.message(kind, payload, output).ok());
    } else {
      std::size_t at = 0;
      for (bool last = false; !last;) {
        const std::size_t size = below(random, payload.size() - at + 1);
        last = at + size == payload.size() && below(random, 2) == 0;
        BOOST_REQUIRE(
            writer.fragment(kind, std::string_view(payload).substr(at, size), last, output).ok());
        at += size;
      }
    }
    expect(is_text ? "text" : "binary", payload);
  }
  return std::string(output.view());
}

std::vector<std::string> randomly_cut(Random& random, std::string_view bytes, std::size_t most) {
  std::vector<std::string> reads;
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), 1 + below(random, most));
    reads.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return reads;
}

struct Setting {
  Role sender;
  std::optional<Deflation> deflation;
};

std::vector<Setting> settings() {
  std::vector<Setting> all;
  for (const Role sender : {Role::server, Role::client}) {
    all.push_back({sender, std::nullopt});
    for (const bool none : {false, true}) {
      for (const int bits : {9, 12, 15}) all.push_back({sender, Deflation{none, none, bits, bits}});
    }
  }
  return all;
}

Writer writer_of(const Setting& setting, Random& random) {
  return Writer(
      setting.sender,
      {.masks =
           [&random] {
             const auto key = random();
             return MaskKey{static_cast<char>(key), static_cast<char>(key >> 8),
                            static_cast<char>(key >> 16), static_cast<char>(key >> 24)};
           },
       .deflation = setting.deflation,
       .compressor = std::make_shared<const Compressor>(CompressorOptions{.threshold = 20})});
}

Role other(Role role) { return role == Role::server ? Role::client : Role::server; }

}  // namespace

BOOST_AUTO_TEST_SUITE(fuzz)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_in_both_roles_with_and_without_compression) {
  Random random(6455);
  for (const Setting& setting : settings()) {
    for (int round = 0; round < 30; ++round) {
      Writer writer = writer_of(setting, random);
      const ReaderOptions options{.pieces = round % 3 == 2, .deflation = setting.deflation};
      std::string expected;
      const std::size_t most = round % 10 == 0 ? 100000 : 400;
      const std::string bytes = conversation(random, writer, expected, most);
      const std::string words = seen(
          other(setting.sender), randomly_cut(random, bytes, round % 2 == 0 ? 7 : most), options);
      if (words != expected) BOOST_TEST(false, "round " << round << " is not read as written");
    }
  }
}

BOOST_AUTO_TEST_CASE(mutated_streams_are_the_same_in_all_cuts) {
  Random random(7692);
  std::size_t failures = 0;
  for (const Setting& setting : settings()) {
    for (int round = 0; round < 150; ++round) {
      Writer writer = writer_of(setting, random);
      std::string expected;
      std::string bytes = conversation(random, writer, expected, 120);
      for (std::size_t i = 0, count = 1 + below(random, 3); i < count; ++i) {
        const std::size_t at = below(random, bytes.size());
        switch (below(random, 4)) {
          case 0:
            bytes[at] = static_cast<char>(random());
            break;
          case 1:
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(random, 8)));
            break;
          case 2:
            bytes.erase(at, 1 + below(random, 8));
            break;
          default:
            bytes.insert(at, random_bytes(random, 8));
            break;
        }
        if (bytes.empty()) bytes = "x";
      }
      const ReaderOptions options{
          .limits = {.message_bytes = 2000, .fragments = 20, .control_frames = 5},
          .deflation = setting.deflation};
      const Role reader = other(setting.sender);
      const std::string whole = seen(reader, {bytes}, options);
      failures += whole.find("failed") != std::string::npos ? 1U : 0U;
      for (int cut = 0; cut < 4; ++cut) {
        ReaderOptions cut_options = options;
        cut_options.pieces = cut == 3;
        const std::size_t most = cut == 0 ? 1 : 40;
        const std::string words = seen(reader, randomly_cut(random, bytes, most), cut_options);
        if (words != whole) BOOST_TEST(words == whole);
      }
    }
  }
  BOOST_TEST(failures > 1000U);
}

BOOST_AUTO_TEST_CASE(noise_is_survived) {
  Random random(13);
  for (int round = 0; round < 3000; ++round) {
    const std::string bytes = random_bytes(random, 300);
    const ReaderOptions options{.limits = {.message_bytes = 1000}, .deflation = Deflation{}};
    const Role role = round % 2 == 0 ? Role::server : Role::client;
    const std::string whole = seen(role, {bytes}, options);
    const std::string cut = seen(role, randomly_cut(random, bytes, 10), options);
    if (cut != whole) BOOST_TEST(cut == whole);
  }
}

BOOST_AUTO_TEST_SUITE_END()
