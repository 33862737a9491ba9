#include "routing/json_rpc_text.hpp"

#include <cstdint>
#include <stdexcept>

#include "weir/routing/json_rpc.hpp"

namespace weir {

namespace {

using Value = nlohmann::json;

constexpr std::int64_t parse_error = -32700;

/// The numbers and, where the specification has some, the words. Its range for servers is -32000
/// to -32099.
struct Form {
  std::int64_t code;
  std::string_view message;  // empty: the failure's own
};

Form form_of(FailureKind kind) {
  switch (kind) {
    case FailureKind::invalid_request:
      return {-32600, "Invalid Request"};
    case FailureKind::not_found:
      return {-32601, "Method not found"};
    case FailureKind::invalid_arguments:
      return {-32602, "Invalid params"};
    case FailureKind::unanswered:
    case FailureKind::failed:
      return {-32603, "Internal error"};
    case FailureKind::timed_out:
      return {-32000, {}};
    case FailureKind::overloaded:
      return {-32001, {}};
    case FailureKind::rate_limited:
      return {-32002, {}};
    case FailureKind::unauthenticated:
      return {-32003, {}};
    case FailureKind::refused:
      break;
  }
  return {-32004, {}};
}

/// Words of anybody: what is no UTF-8 in them is replaced.
std::string json_string(std::string_view text) {
  return Value(text).dump(-1, ' ', false, Value::error_handler_t::replace);
}

void append_error(std::string& output, std::int64_t code, std::string_view message,
                  std::string_view data, std::string_view id) {
  output += R"({"jsonrpc":"2.0","error":{"code":)";
  output += std::to_string(code);
  output += R"(,"message":)";
  output += json_string(message);
  if (!data.empty()) {
    output += R"(,"data":)";
    output += data;
  }
  output += R"(},"id":)";
  output += id;
  output += '}';
}

/// The application's data, if it is JSON, else the words that the specification's own displace.
std::string data_of(const Failure& failure, bool displaced) {
  if (!failure.data.empty()) {
    return Value::accept(failure.data) ? failure.data : json_string(failure.data);
  }
  return displaced && !failure.message.empty() ? json_string(failure.message) : std::string();
}

}  // namespace

std::int64_t json_rpc_code(FailureKind kind) { return form_of(kind).code; }

namespace rpc_text {

void append_result(std::string& output, std::string_view result, std::string_view id) {
  output += R"({"jsonrpc":"2.0","result":)";
  output += result;
  output += R"(,"id":)";
  output += id;
  output += '}';
}

void append_failure(std::string& output, const Failure& failure, std::string_view id) {
  const Form form = form_of(failure.kind);
  const bool own = failure.code != 0 || form.message.empty();
  append_error(output, failure.code != 0 ? failure.code : form.code,
               own ? failure.text() : form.message, data_of(failure, !own), id);
}

void append_parse_error(std::string& output) {
  append_error(output, parse_error, "Parse error", {}, no_id);
}

}  // namespace rpc_text

std::string notification(std::string_view method, const Value& params) {
  if (!params.is_null() && !params.is_structured()) {
    throw std::invalid_argument("notification: params is an array or an object");
  }
  std::string text = R"({"jsonrpc":"2.0","method":)";
  append_json_string(text, method);
  if (!params.is_null()) {
    text += R"(,"params":)";
    append_json_document(text, params);
  }
  return text += '}';
}

SendResult notify(Session& session, std::string_view method, const Value& params) {
  return session.send(notification(method, params));
}

}  // namespace weir
