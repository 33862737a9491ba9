#include "weir/websocket/closing.hpp"

namespace weir::websocket {

Closing::Step Closing::close(std::uint16_t code, std::string_view reason) {
  if (state_ != State::open) return {};
  state_ = State::we_closed;
  return {.send = true, .code = code, .reason = reason};
}

Closing::Step Closing::received(std::uint16_t code) {
  if (!may_receive()) return {};
  const bool first = state_ == State::open;
  state_ = first ? State::peer_closed : State::done;
  code_ = code;
  clean_ = true;
  return {.send = first,
          .code = code,
          .transport = role_ == Role::server ? Transport::end : Transport::await_end};
}

Closing::Step Closing::failed(std::uint16_t code, std::string_view reason) {
  if (!may_receive()) return {};
  const bool first = state_ == State::open;
  state_ = State::done;
  code_ = code;
  return {.send = first, .code = code, .reason = reason, .transport = Transport::end};
}

}  // namespace weir::websocket
