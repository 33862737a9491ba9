// ProtocolChoice: several protocols on one listener, told apart by what the client says first.
// Layer: session.
//
//     auto choice = std::make_unique<weir::ProtocolChoice>();
//     choice->add(weir::http::recognize, weir::http::serve(routes));       // WebSockets included
//     choice->otherwise(weir::protocol(weir::lines(), echo));
//     server.listen("tcp://127.0.0.1:7000", std::move(choice));
//
// The recognizers are asked in their order, with all that came so far; one that needs more is
// waited for, those behind it with it. Until then the connection has sent nothing: a protocol whose
// server speaks first cannot be among them. TLS comes before: TlsServerOptions::or_plain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/session/framed_protocol.hpp"
#include "weir/session/protocol.hpp"

namespace weir {

enum class Recognized : std::uint8_t {
  no,
  yes,
  perhaps,  // more bytes would tell
};

/// What a client said first, from the first byte on; not empty. Called on all loops.
using Recognizer = Recognized (*)(std::string_view first);

/// `handler` on `framing`, as Server::listen() takes them.
template <Framing F, FrameHandler<F> H>
[[nodiscard]] std::unique_ptr<ProtocolFactory> protocol(F framing, H handler, Hooks hooks = {}) {
  return std::make_unique<FramedService<F, H>>(std::move(framing), std::move(handler),
                                               std::move(hooks));
}

class ProtocolChoice final : public ProtocolFactory {
 public:
  /// Who has sent so much and is still not recognized is taken for none of those that are asked.
  static constexpr std::size_t most_first = 16 * 1024;

  ProtocolChoice& add(Recognizer recognizer, std::unique_ptr<ProtocolFactory> factory);
  /// Of clients that nobody recognizes. Without it they end with malformed_frame.
  ProtocolChoice& otherwise(std::unique_ptr<ProtocolFactory> factory);

  [[nodiscard]] std::unique_ptr<Protocol> make(const ConnectionOptions& options) override;
  [[nodiscard]] std::vector<std::string> route_names() const override;
  [[nodiscard]] std::shared_ptr<const MessageEncoder> encoder(const ConnectionOptions& options,
                                                              std::size_t most_message) override;

  // For its protocols:

  struct Entry {
    Recognizer recognizer;
    std::unique_ptr<ProtocolFactory> factory;
    std::shared_ptr<const MessageEncoder> encoder{};
  };
  /// Whose bytes these are; with `undecided` when that is not known yet, nullptr when they are
  /// nobody's.
  [[nodiscard]] const Entry* choose(std::string_view first, bool& undecided) const;

 private:
  std::vector<Entry> entries_;
  Entry otherwise_{};
};

}  // namespace weir
