#include "unit/websocket/script.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace weir::test {

using websocket::Event;
using websocket::Reader;
using websocket::ReaderOptions;
using websocket::Role;

namespace {

std::string header(unsigned first, std::size_t length, unsigned mask_bit) {
  std::string bytes(1, static_cast<char>(first));
  const auto append = [&bytes, length](unsigned count) {
    for (unsigned i = count; i-- > 0;) bytes += static_cast<char>(length >> (8 * i) & 0xFF);
  };
  if (length < 126) {
    bytes += static_cast<char>(mask_bit | length);
  } else if (length < 65536) {
    bytes += static_cast<char>(mask_bit | 126U);
    append(2);
  } else {
    bytes += static_cast<char>(mask_bit | 127U);
    append(8);
  }
  return bytes;
}

/// Reads as a connection does, from blocks that nobody can read past.
class Script {
 public:
  Script(Role role, ReaderOptions options) : reader_(role, options) {}

  void read(std::string_view bytes) {
    rest_ += bytes;
    for (;;) {
      const auto block = std::make_unique<char[]>(rest_.size());
      std::copy(rest_.begin(), rest_.end(), block.get());
      const Event event = reader_.read({block.get(), rest_.size()}, scratch_);
      if (event.consumed > rest_.size()) throw std::logic_error("consumed what is not there");
      rest_.erase(0, event.consumed);
      show(event);
      if (event.kind != Event::Kind::need_more) continue;
      if (event.need <= rest_.size()) throw std::logic_error("needs no more than there is");
      return;
    }
  }

  [[nodiscard]] std::string words() const {
    const bool whole = rest_.empty() && reader_.between_messages();
    return whole || reader_.ended() ? words_ : words_ + " ...";
  }

 private:
  void show(const Event& event) {
    if (event.kind == Event::Kind::need_more) return;
    const bool data = event.kind == Event::Kind::text || event.kind == Event::Kind::binary;
    if (data) {
      // Control frames between the pieces come first, as they do for who waits for the whole.
      message_ += event.payload;
      if (!event.last) return;
    }
    if (!words_.empty()) words_ += ' ';
    switch (event.kind) {
      case Event::Kind::text:
        words_ += "text";
        break;
      case Event::Kind::binary:
        words_ += "binary";
        break;
      case Event::Kind::ping:
        words_ += "ping";
        break;
      case Event::Kind::pong:
        words_ += "pong";
        break;
      case Event::Kind::close:
        words_ += "close " + std::to_string(event.code);
        break;
      default:
        words_ += "failed " + std::to_string(event.code);
        break;
    }
    words_ += ':';
    words_ += data ? message_ : std::string(event.payload);
    if (data) message_.clear();
  }

  Reader reader_;
  websocket::Scratch scratch_;
  std::string rest_;
  std::string message_;
  std::string words_;
};

}  // namespace

std::string bare(unsigned first, std::string_view payload) {
  return header(first, payload.size(), 0).append(payload);
}

std::string masked(unsigned first, std::string_view payload) {
  constexpr std::string_view key = "\x37\xfa\x21\x3d";
  std::string bytes = header(first, payload.size(), 0x80).append(key);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    bytes += static_cast<char>(payload[i] ^ key[i % 4]);
  }
  return bytes;
}

std::string seen(Role role, const std::vector<std::string>& reads, ReaderOptions options) {
  Script script(role, options);
  for (const std::string& read : reads) script.read(read);
  return script.words();
}

std::string seen_in_all_cuts(Role role, std::string_view bytes, ReaderOptions options) {
  std::vector<std::vector<std::string>> ways;
  std::vector<std::string> single;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    single.emplace_back(bytes.substr(i, 1));
    ways.push_back({std::string(bytes.substr(0, i)), std::string(bytes.substr(i))});
  }
  ways.push_back(single);
  std::string whole = seen(role, {std::string(bytes)}, options);
  for (const bool pieces : {options.pieces, true}) {
    options.pieces = pieces;
    for (const auto& way : ways) {
      const std::string cut = seen(role, way, options);
      if (cut != whole) {
        return "in " + std::to_string(way.size()) + " reads, the first of " +
               std::to_string(way.front().size()) + " bytes: " + cut + " instead of: " + whole;
      }
    }
  }
  return whole;
}

std::string server_sees(std::string_view bytes, ReaderOptions options) {
  return seen_in_all_cuts(Role::server, bytes, options);
}

std::string client_sees(std::string_view bytes, ReaderOptions options) {
  return seen_in_all_cuts(Role::client, bytes, options);
}

}  // namespace weir::test
