// routed: a router over any framing, one request a frame. Layer: routing.
//
//     server.listen(endpoint, weir::lines(), weir::routed(router));           // "echo hello"
//     server.listen(endpoint, weir::length_prefix(4), weir::routed(router, weir::opcode(2)));
//
// An extractor takes the key out of the frame. Replies keep the order of the requests: while a
// handler answers later, the frames behind it wait. What goes wrong is answered in the words of
// RoutedOptions::describe, and the connection goes on.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/routing/router.hpp"
#include "weir/session/protocol.hpp"

namespace weir {

/// What an extractor finds in a frame; both refer to it.
struct Extracted {
  RouteKey key;
  std::string_view payload;
};

template <class E>
concept Extractor = std::copy_constructible<E> &&
    requires(const E& extract, std::string_view frame) {
  { extract(frame) } -> std::same_as<std::optional<Extracted>>;
};

/// The first word is the key, what follows the spaces behind it the payload.
struct FirstWord {
  [[nodiscard]] std::optional<Extracted> operator()(std::string_view frame) const;
};
[[nodiscard]] inline FirstWord first_word() { return {}; }

/// A number of 1, 2, 4 or 8 bytes, most significant first, is the key, the rest the payload.
struct Opcode {
  std::size_t bytes = 1;
  [[nodiscard]] std::optional<Extracted> operator()(std::string_view frame) const;
};
/// Throws std::invalid_argument for another size.
[[nodiscard]] Opcode opcode(std::size_t bytes);

struct RoutedOptions {
  /// What the peer reads of a failure.
  std::string (*describe)(const Failure&) = &describe_failure;

  /// "error: not found"
  [[nodiscard]] static std::string describe_failure(const Failure& failure);
};

/// The frames of one connection on their way to a router.
class RoutedConnection {
 public:
  /// All three outlive it.
  RoutedConnection(RouterCore& router, const RoutedOptions& routed,
                   const ConnectionOptions& options)
      : router_(router), routed_(routed), options_(options) {}

  /// `found` is nullopt for a frame that has no key.
  void on_request(std::string_view frame, const std::optional<Extracted>& found,
                  InputContext& input);

 private:
  class Request;
  [[nodiscard]] Request& request(InputContext& input);

  RouterCore& router_;
  const RoutedOptions& routed_;
  const ConnectionOptions& options_;
  CallPtr<Call> request_;  // the last one
};

/// What stands for a handler in Server::listen. A value; keeps the router's routes.
template <Extractor E>
class Routed {
 public:
  class Dispatcher {
   public:
    Dispatcher(Routed& routed, const ConnectionOptions& options)
        : extract_(routed.extract_), connection_(*routed.router_, routed.options_, options) {}
    void on_frame(std::string_view frame, InputContext& input) {
      connection_.on_request(frame, extract_(frame), input);
    }

   private:
    const E& extract_;
    RoutedConnection connection_;
  };

  Routed(std::shared_ptr<RouterCore> router, E extract, RoutedOptions options)
      : router_(std::move(router)), extract_(std::move(extract)), options_(options) {}

  [[nodiscard]] std::vector<std::string> route_names() const { return router_->names(); }

 private:
  std::shared_ptr<RouterCore> router_;
  E extract_;
  RoutedOptions options_;
};

template <Extractor E = FirstWord>
[[nodiscard]] Routed<E> routed(const Router<TextCodec>& router, E extract = {},
                               RoutedOptions options = {}) {
  return Routed<E>(router.core(), std::move(extract), options);
}

}  // namespace weir
