#include "weir/session/framed_call.hpp"

#include "weir/session/connection.hpp"

namespace weir {

FramedCall::FramedCall(const Session& session, EventLoop& loop, std::string_view frame,
                       TimePoint deadline)
    : Call(session, loop) {
  begin(frame, deadline);
}

void FramedCall::write_reply(std::string_view payload) { send_or_end(payload); }

void FramedCall::write_failure(const Failure& failure) {
  const bool late = failure.kind == FailureKind::timed_out;
  connection()->fail(late ? CloseReason::handler_timeout : CloseReason::handler_failed,
                     failure.detail.empty() ? failure.text() : failure.detail);
}

}  // namespace weir
