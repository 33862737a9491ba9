// MessageEncoder: how a protocol writes a message, for any thread to call. Layer: session.
// A message to many connections is encoded once when they share their encoder (group.hpp). Shared
// by the connections of a listener and by whoever sends to them; may outlive the server.
#pragma once

#include <string_view>

#include "weir/core/buffer.hpp"
#include "weir/core/error.hpp"

namespace weir {

class MessageEncoder {
 public:
  MessageEncoder() = default;
  MessageEncoder(const MessageEncoder&) = delete;
  MessageEncoder& operator=(const MessageEncoder&) = delete;
  virtual ~MessageEncoder() = default;

  /// What Protocol::encode() does, where that depends on nothing but the message; from several
  /// threads at once. It is called under a group's lock, so it must not call a group.
  [[nodiscard]] virtual Status encode(std::string_view message, Buffer& output) const = 0;
};

}  // namespace weir
