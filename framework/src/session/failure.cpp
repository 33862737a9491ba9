#include "weir/session/failure.hpp"

#include "core/thrown.hpp"

namespace weir {

std::string_view to_string(FailureKind kind) {
  switch (kind) {
    case FailureKind::invalid_request:
      return "invalid request";
    case FailureKind::not_found:
      return "not found";
    case FailureKind::invalid_arguments:
      return "invalid arguments";
    case FailureKind::unauthenticated:
      return "unauthenticated";
    case FailureKind::rate_limited:
      return "rate limited";
    case FailureKind::overloaded:
      return "overloaded";
    case FailureKind::timed_out:
      return "timed out";
    case FailureKind::unanswered:
      return "unanswered";
    case FailureKind::failed:
      return "internal error";
    case FailureKind::refused:
      return "refused";
  }
  return "unknown";
}

Failure failure_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Refusal& refusal) {
    return refusal.failure();
  } catch (...) {
    return Failure{.kind = FailureKind::failed, .detail = thrown_text()};
  }
}

Failure current_failure() { return failure_of(std::current_exception()); }

}  // namespace weir
