// FramedCall: a request of a plain framed protocol, whose handler answers later. Layer: session.
// Such a protocol has no words for an error: a failure ends the connection with its reason.
#pragma once

#include "weir/session/call.hpp"

namespace weir {

class FramedCall final : public Call {
 public:
  FramedCall(const Session& session, EventLoop& loop, std::string_view frame, TimePoint deadline);

 private:
  void write_reply(std::string_view payload) override;
  void write_failure(const Failure& failure) override;
};

}  // namespace weir
