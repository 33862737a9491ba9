#include "weir/routing/routed.hpp"

#include <algorithm>
#include <stdexcept>

#include "weir/session/connection.hpp"

namespace weir {

std::optional<Extracted> FirstWord::operator()(std::string_view frame) const {
  const std::size_t end = std::min(frame.find(' '), frame.size());
  if (end == 0) return std::nullopt;
  std::string_view payload = frame.substr(end);
  payload.remove_prefix(std::min(payload.find_first_not_of(' '), payload.size()));
  return Extracted{frame.substr(0, end), payload};
}

std::optional<Extracted> Opcode::operator()(std::string_view frame) const {
  if (frame.size() < bytes) return std::nullopt;
  std::uint64_t number = 0;
  for (const char byte : frame.substr(0, bytes)) {
    number = number << 8U | static_cast<unsigned char>(byte);
  }
  return Extracted{number, frame.substr(bytes)};
}

Opcode opcode(std::size_t bytes) {
  if (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) return Opcode{bytes};
  throw std::invalid_argument("opcode: a number has 1, 2, 4 or 8 bytes");
}

std::string RoutedOptions::describe_failure(const Failure& failure) {
  return "error: " + std::string(failure.text());
}

/// A frame whose answer is one frame, whatever becomes of it.
class RoutedConnection::Request final : public Context {
 public:
  Request(const Session& session, EventLoop& loop, const RoutedOptions& options)
      : Context(session, loop), options_(options) {}

  using Call::unshared;
  using Context::begin;

 private:
  void write_reply(std::string_view payload) override { send_or_end(payload); }
  void write_failure(const Failure& failure) override { send_or_end(options_.describe(failure)); }

  const RoutedOptions& options_;
};

/// One that nobody else refers to: the last one, unless a handler keeps it.
RoutedConnection::Request& RoutedConnection::request(InputContext& input) {
  auto* present = static_cast<Request*>(request_.get());
  if (present != nullptr && present->unshared()) return *present;
  present = new Request(input.session, input.loop, routed_);
  request_.reset(present);
  return *present;
}

void RoutedConnection::on_request(std::string_view frame, const std::optional<Extracted>& found,
                                  InputContext& input) {
  Request& present = request(input);
  present.begin(found ? found->payload : frame, handler_deadline(options_.deadlines, input.loop),
                input.frames > 1);
  if (found) {
    router_.dispatch(found->key, present);
  } else {
    present.fail({.kind = FailureKind::invalid_request});
  }
  present.handler_returned(1);
}

}  // namespace weir
