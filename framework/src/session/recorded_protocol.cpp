#include "session/recorded_protocol.hpp"

#include "weir/io/event_loop.hpp"
#include "weir/session/connection.hpp"

namespace weir {

/// Until what Connection would call again for: its conditions and these are the same.
Progress RecordedProtocol::on_input(std::string_view input, InputContext& context) {
  std::size_t consumed = 0;
  for (;;) {
    Progress progress = next_frames(input.substr(consumed), context);
    consumed += progress.consumed;
    const bool stopped = progress.consumed == 0 || progress.need != 0 ||
                         progress.failure != nullptr || context.halted ||
                         consumed >= input.size() || context.output.size() >= context.output_limit;
    if (!stopped) continue;
    progress.consumed = consumed;
    return progress;
  }
}

/// One frame that is answered, and those before it that were not.
Progress RecordedProtocol::next_frames(std::string_view input, InputContext& context) {
  const std::size_t written = context.output.size();
  const std::size_t out = context.connection.handlers_out();
  InputContext lent{context.session, context.connection, context.loop, context.output,
                    context.frames,  context.halted,     written + 1};
  recorder_.enter(context.frames);
  in_input_ = true;
  const auto leave = [&](std::size_t consumed, bool failed) {
    in_input_ = false;
    const std::size_t now_out = context.connection.handlers_out();
    const std::size_t now_written = context.output.size();
    recorder_.leave({.now = loop_.now(),
                     .frames = context.frames,
                     .went_out = now_out > out ? now_out - out : 0,
                     .bytes_in = consumed,
                     // A long answer may have gone out meanwhile.
                     .bytes_out = now_written > written ? now_written - written : 0,
                     .failed = failed});
  };
  try {
    Progress progress = protocol_->on_input(input, lent);
    leave(progress.consumed, progress.failure != nullptr);
    return progress;
  } catch (...) {
    leave(0, true);
    throw;
  }
}

Status RecordedProtocol::encode(std::string_view message, Buffer& output) {
  const std::size_t before = output.size();
  Status encoded = protocol_->encode(message, output);
  if (!in_input_ && encoded.ok()) recorder_.sent(loop_.now(), output.size() - before);
  return encoded;
}

}  // namespace weir
