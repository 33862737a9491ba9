#include "weir/routing/json.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace weir {

namespace {

using Value = nlohmann::json;

constexpr std::size_t longest_parameter = 40;

[[noreturn]] void refuse(std::string message) {
  throw Refusal(Failure{.kind = FailureKind::invalid_arguments, .message = std::move(message)});
}

std::string parameters(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " parameter" : " parameters");
}

}  // namespace

Value* json_argument(JsonArguments& arguments, std::size_t index, std::size_t count) {
  if (!arguments.given) return nullptr;
  Value& params = arguments.params;
  if (params.is_object()) {
    if (count == 1) return &params;
    refuse("expected an array of " + parameters(count));
  }
  const std::size_t came = params.size();
  if (came > count) refuse("expected " + parameters(count) + ", got " + std::to_string(came));
  if (index >= came || params[index].is_discarded()) return nullptr;
  return &params[index];
}

JsonPlace json_place(const JsonArguments& arguments, std::size_t index) {
  return {arguments.names == nullptr ? std::string_view() : arguments.names[index], index};
}

void order_by_name(JsonArguments& arguments, const std::string* names, std::size_t count) {
  arguments.names = names;
  if (!arguments.given || !arguments.params.is_object()) return;
  // What is not named stays discarded: left out.
  Value ordered(Value::array_t(count, Value(Value::value_t::discarded)));
  for (auto& [name, value] : arguments.params.get_ref<Value::object_t&>()) {
    const std::string* const found = std::find(names, names + count, name);
    if (found == names + count) {
      refuse("there is no parameter " + text::quoted(name, longest_parameter));
    }
    ordered[static_cast<std::size_t>(found - names)] = std::move(value);
  }
  arguments.params = std::move(ordered);
}

void JsonCodec::no_arguments(Context& context) {
  const auto& arguments = *static_cast<const JsonArguments*>(context.arguments());
  if (!arguments.given || arguments.params.empty()) return;
  refuse("expected no parameters, got " + std::to_string(arguments.params.size()));
}

Refusal json_refusal(std::int64_t code, std::string message, const Value& data) {
  return Refusal(Failure{.kind = FailureKind::refused,
                         .message = std::move(message),
                         .code = code,
                         .data = data.dump(-1, ' ', false, Value::error_handler_t::replace)});
}

}  // namespace weir
