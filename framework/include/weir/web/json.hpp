// http::JsonRouter: handlers with typed bodies and answers, in JSON. Layer: web.
// An opt-in header: it brings in nlohmann/json.hpp, and who includes it links weir::json.
//
//     weir::http::JsonRouter routes;
//     routes.post("/users", [](User user) { return save(user); });       // {"name": "Ada"}
//     routes.get("/users/{id}", [](const weir::http::Request& request) -> std::optional<User> {
//       return find(request.parameter("id"));
//     });
//
//     takes     what http::Router's handlers may take, and one T that nlohmann's from_json makes of
//               the body; what does not fit is answered with 400 and says where
//     returns   Response;  anything that to_json makes JSON of: 200, application/json, text as a
//               JSON string;  std::optional of that: 404 without;  nothing: 204
#pragma once

#include <optional>
#include <string>
#include <type_traits>

#include "weir/framing/json.hpp"
#include "weir/routing/json_value.hpp"
#include "weir/web/router.hpp"

namespace weir::http {

/// The body as a document. Throws a Refusal (400) where it is none, and one with 415 where the
/// request says that it is something else (RFC 6839, section 3.1: application/json, or +json).
[[nodiscard]] inline nlohmann::json json_of(const Request& request) {
  std::string_view type = request.header("Content-Type");
  type = type.substr(0, type.find_first_of("; \t"));
  if (!type.empty() && !same_name(type, "application/json") &&
      !(type.size() > 5 && same_name(type.substr(type.size() - 5), "+json"))) {
    throw Refusal("expected a body of application/json", code_of(Status::unsupported_media_type));
  }
  Result<nlohmann::json> parsed = parse_json(request.body());
  if (!parsed.ok()) throw Refusal(parsed.error().message, code_of(Status::bad_request));
  return parsed.take();
}

struct JsonCodec {
  template <class T, std::size_t count>
  static constexpr bool takes = Codec::takes<T, count> || is_json_readable<T>;
  static constexpr bool lends = true;

  template <class T>
  static T argument(Context& context, std::size_t index, std::size_t count) {
    if constexpr (Codec::takes<T, 1>) {
      return Codec::argument<T>(context, index, count);
    } else {
      nlohmann::json document = json_of(Request(static_cast<Exchange&>(context)));
      return read_json<T>(document, JsonPlace{"body"});
    }
  }
  static void no_arguments(Context&) {}

  template <class V>
  static constexpr bool says = is_response<V> || is_json_writable<V>;

  template <class V, class To>
  static void give(const V& value, To& to) {
    if constexpr (std::is_same_v<V, Response>) {
      give_response(value, to);
    } else if constexpr (is_optional<V>) {
      if (value.has_value()) return give(*value, to);
      to.fail(Failure{.kind = FailureKind::not_found});
    } else {
      std::string text;
      append_json(text, value);
      give_json(text, to);
    }
  }
  template <class To>
  static void give(To& to) {
    Codec::give(to);
  }

 private:
  static void give_json(std::string& text, Context& context) {
    static_cast<Exchange&>(context).respond(Status::ok, "application/json", text);
  }
  static void give_json(std::string& text, const Responder& responder) {
    give_response(json_body(std::move(text)), responder);
  }
};

using JsonRouter = BasicRouter<JsonCodec>;

}  // namespace weir::http
