#include "weir/session/framed_call.hpp"

#include "weir/session/connection.hpp"

namespace weir {

FramedCall::FramedCall(Session session, EventLoop& loop, std::string_view frame, TimePoint deadline)
    : Call(std::move(session), loop) {
  begin(frame, deadline);
}

void FramedCall::write_reply(std::string_view payload) {
  if (connection()->reply(payload) != SendResult::rejected) return;
  // It was logged why. The peer waits for an answer that has no form.
  if (Connection* open = connection()) open->fail(CloseReason::unencodable_reply, {});
}

void FramedCall::write_failure(const Failure& failure) {
  const bool late = failure.kind == FailureKind::timed_out;
  connection()->fail(late ? CloseReason::handler_timeout : CloseReason::handler_failed,
                     failure.detail.empty() ? failure.text() : failure.detail);
}

}  // namespace weir
