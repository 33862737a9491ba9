// Codec: what handlers of HTTP requests may take and return. Layer: web.
//
//     takes     const Request&;  the body as std::string_view or std::string, or a BodyStream
//     returns   Response;  what converts to std::string_view: 200, text/plain;
//               std::optional of that: 404 without;  nothing: 204
//
// As typed_handler.hpp has it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "weir/routing/text_codec.hpp"
#include "weir/web/body_stream.hpp"
#include "weir/web/request.hpp"

namespace weir::http {

/// Answers by a response: where the request is, now; through a Responder, from any thread.
inline void give_response(const Response& response, Context& context) {
  static_cast<Exchange&>(context).respond(response);
}
inline void give_response(Response response, const Responder& responder) {
  responder.reply_by([response = std::move(response)](Call& call) {
    static_cast<Exchange&>(call).write(response);
  });
}

template <class V>
inline constexpr bool is_response = std::is_same_v<V, Response>;
template <class V>
inline constexpr bool is_response<std::optional<V>> = is_response<V> || is_text<V>;

struct Codec {
  template <class T, std::size_t count>
  static constexpr bool takes =
      std::is_same_v<T, Request> || std::is_same_v<T, BodyStream> || TextCodec::takes<T, 1>;
  static constexpr bool lends = true;

  template <class T>
  static T argument(Context& context, std::size_t, std::size_t) {
    if constexpr (std::is_same_v<T, Request>) {
      return Request(static_cast<Exchange&>(context));
    } else if constexpr (std::is_same_v<T, BodyStream>) {
      return BodyStream(static_cast<Exchange&>(context).incoming());
    } else {
      return T(context.payload());
    }
  }
  static void no_arguments(Context&) {}

  template <class V>
  static constexpr bool says = is_response<V> || is_text<V>;

  template <class V, class To>
  static void give(const V& value, To& to) {
    if constexpr (std::is_same_v<V, Response>) {
      give_response(value, to);
    } else if constexpr (std::is_convertible_v<const V&, std::string_view>) {
      to.reply(std::string_view(value));
    } else if (value.has_value()) {
      give(*value, to);
    } else {
      to.fail(Failure{.kind = FailureKind::not_found});
    }
  }
  template <class To>
  static void give(To& to) {
    give_response(Response{.status = Status::no_content}, to);
  }
};

}  // namespace weir::http
