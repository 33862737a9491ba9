#include "unit/kv/bench.hpp"

#include <utility>

namespace weir::kv::test {

namespace {

std::string show_next(RespReader& reader);

std::string show_list(RespReader& reader, std::size_t count) {
  std::string text = "[";
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ", ") + show_next(reader);
  return text + "]";
}

/// Bytes that are not ASCII, or move the cursor, as \n, \r or \x00.
std::string readable(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    if (value >= ' ' && value < 127) {
      text += byte;
    } else if (byte == '\n' || byte == '\r') {
      text += byte == '\n' ? "\\n" : "\\r";
    } else {
      text += std::string("\\x") + digits[value / 16] + digits[value % 16];
    }
  }
  return text;
}

std::string show_item(RespReader& reader, const RespItem& item) {
  const std::string text = readable(item.text);
  switch (item.type) {
    case RespType::simple:
    case RespType::big:
    case RespType::real:
      return text;
    case RespType::error:
      return "-" + text;
    case RespType::integer:
      return std::to_string(item.integer);
    case RespType::boolean:
      return item.integer == 1 ? "#t" : "#f";
    case RespType::bulk:
      return "\"" + text + "\"";
    case RespType::verbatim:
      return "(" + text.substr(0, 3) + ")\"" + text.substr(4) + "\"";
    case RespType::null:
      return "nil";
    case RespType::set:
      return "~" + show_list(reader, item.count);
    case RespType::push:
      return ">" + show_list(reader, item.count);
    case RespType::map: {
      std::string pairs = "{";
      for (std::size_t i = 0; i < item.count; i += 2) {
        pairs += (i == 0 ? "" : ", ") + show_next(reader) + ": ";
        pairs += show_next(reader);
      }
      return pairs + "}";
    }
    default:
      return show_list(reader, item.count);
  }
}

std::string show_next(RespReader& reader) {
  const auto item = reader.next();
  return item ? show_item(reader, *item) : "nothing";
}

}  // namespace

std::vector<std::string> show(std::string_view bytes) {
  std::vector<std::string> replies;
  RespReader reader(bytes);
  while (const auto item = reader.next()) replies.push_back(show_item(reader, *item));
  return replies;
}

Bench::Bench(std::size_t shards, Journal& kept)
    // The clock of a MemoryLoop begins at one hour.
    : service({.threads = shards,
               .clock = WallClock(std::chrono::milliseconds(start) - 1h),
               .started = loop.now()},
              kept),
      server({.loop = &loop}) {
  BOOST_REQUIRE(server.listen(here, serve(service, {.parts = 1, .local = std::string(here)})).ok());
  BOOST_REQUIRE(server.start().ok());
  peer_ = dial();
}

std::string Bench::send_raw(testing::Peer& peer, std::string_view bytes) {
  peer.send(bytes);
  std::string all;
  for (;;) {
    loop.run_ready();
    const std::string more = peer.take();
    if (more.empty()) return all;
    all += more;
  }
}

std::string Bench::say(testing::Peer& peer, std::string_view line) {
  std::string all;
  for (const std::string& reply : show(send_raw(peer, std::string(line) + "\r\n"))) {
    all += (all.empty() ? "" : " ") + reply;
  }
  return all;
}

void Bench::check(const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    const std::string reply = say(each.command);
    BOOST_TEST(reply == each.reply,
               "\n" << each.command << "\n  " << reply << "\n  rather than " << each.reply);
  }
}

}  // namespace weir::kv::test
