#include "service/rpc_reply.hpp"

#include <string>

#include "weir/framing/json.hpp"

namespace weir {

namespace {

using Json = nlohmann::json;

/// Finds the member "id" of the outermost object, and the member "method" that a response has not.
class ResponseScanner final : public nlohmann::json_sax<Json> {
 public:
  [[nodiscard]] std::optional<std::uint64_t> id() const {
    return is_object_ && !has_method_ ? id_ : std::nullopt;
  }

  bool null() override { return other(); }
  bool boolean(bool) override { return other(); }
  bool number_integer(number_integer_t) override { return other(); }
  bool number_unsigned(number_unsigned_t value) override {
    if (depth_ == 1 && at_id_) id_ = value;
    return other();
  }
  bool number_float(number_float_t, const string_t&) override { return other(); }
  bool string(string_t&) override { return other(); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override {
    if (depth_ == 0) is_object_ = true;
    return open();
  }
  bool key(string_t& name) override {
    if (depth_ != 1) return true;
    at_id_ = name == "id";
    if (name == "method") has_method_ = true;
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool other() {
    if (depth_ == 1) at_id_ = false;
    return true;
  }
  bool open() {
    other();
    return ++depth_ <= JsonLimits().depth;
  }
  bool close() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
  bool is_object_ = false;
  bool at_id_ = false;
  bool has_method_ = false;
  std::optional<std::uint64_t> id_;
};

RpcError bad_reply(std::string message) {
  return RpcError{RpcError::Kind::bad_reply, 0, std::move(message), nullptr};
}

RpcResult<Json> parse_error_object(Json& error) {
  if (!error.is_object()) return bad_reply("the error of the response is no object");
  const auto code = error.find("code");
  const auto message = error.find("message");
  if (code == error.end() || !code->is_number_integer() || message == error.end() ||
      !message->is_string()) {
    return bad_reply("the error of the response has no code or no message");
  }
  RpcError refused{RpcError::Kind::refused, code->get<std::int64_t>(),
                   std::move(message->get_ref<std::string&>()), nullptr};
  if (const auto data = error.find("data"); data != error.end()) refused.data = std::move(*data);
  return refused;
}

}  // namespace

std::optional<std::uint64_t> response_id(std::string_view text) {
  ResponseScanner scanner;
  if (!Json::sax_parse(text.begin(), text.end(), &scanner)) return std::nullopt;
  return scanner.id();
}

RpcResult<Json> parse_response(std::string_view text) {
  Result<Json> parsed = parse_json(text);
  if (!parsed.ok()) return bad_reply(parsed.error().message);
  Json& response = parsed.value();
  if (!response.is_object()) return bad_reply("the response is no object");
  const auto version = response.find("jsonrpc");
  if (version == response.end() || *version != "2.0") {
    return bad_reply("the response is not of JSON-RPC 2.0");
  }
  const auto result = response.find("result");
  const auto error = response.find("error");
  if ((result == response.end()) == (error == response.end())) {
    return bad_reply("the response has neither result nor error, or both");
  }
  if (error != response.end()) return parse_error_object(*error);
  return std::move(*result);
}

}  // namespace weir
