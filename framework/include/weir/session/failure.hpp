// Failure: why a request got no answer of its handler's; each protocol has its own words for it.
// Layer: session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

enum class FailureKind : std::uint8_t {
  invalid_request,    // what came is no request
  not_found,          // no route has this name
  invalid_arguments,  // they do not fit what the handler takes
  unauthenticated,    // the caller may not call this
  rate_limited,       // the caller calls too often
  overloaded,         // too much is going on already
  timed_out,          // the handler did not answer in time
  unanswered,         // the handler dropped its responder
  failed,             // the handler threw
  refused,            // the handler says no, in its own words
};

inline constexpr std::size_t failure_kind_count =
    static_cast<std::size_t>(FailureKind::refused) + 1;

/// The enumerator's name in words, as a peer may read it: "not found".
[[nodiscard]] std::string_view to_string(FailureKind kind);

struct Failure {
  FailureKind kind = FailureKind::failed;
  /// For the peer; empty is what to_string(kind) says.
  std::string message{};
  /// For the log alone: what was thrown. Not for strangers.
  std::string detail{};
  /// The application's own number, where the protocol has a place for one; 0 is none.
  std::int64_t code = 0;
  /// More for the peer, encoded as the protocol encodes its answers; may be empty.
  std::string data{};

  [[nodiscard]] std::string_view text() const {
    return message.empty() ? to_string(kind) : std::string_view(message);
  }
};

/// Thrown by a handler that says no in its own words: the peer gets them, and nothing is logged.
class Refusal final : public std::exception {
 public:
  explicit Refusal(Failure failure) : failure_(std::move(failure)) {}
  explicit Refusal(std::string message, std::int64_t code = 0)
      : failure_{.kind = FailureKind::refused, .message = std::move(message), .code = code} {}
  [[nodiscard]] const char* what() const noexcept override { return failure_.message.c_str(); }
  [[nodiscard]] const Failure& failure() const { return failure_; }

 private:
  Failure failure_;
};

/// What was thrown, as a failure: a Refusal is its own, anything else is `failed` with its words in
/// `detail`.
[[nodiscard]] Failure failure_of(const std::exception_ptr& thrown);
/// Of the exception that is being handled.
[[nodiscard]] Failure current_failure();

}  // namespace weir
