// Router: from a request's key to the handler that was registered for it. Layer: routing.
// One router for every protocol: the protocol takes the key out of its frames (routed.hpp,
// JSON-RPC), the codec knows the types of arguments and answers (text_codec.hpp, json.hpp).
//
//     weir::Router<> router;                                       // text in, text out
//     router.use(weir::count(), weir::log());                      // around every route
//     router.on("echo", [](std::string_view text) { return text; });
//     auto admin = router.group("admin.");
//     admin.use(weir::authenticate(check));                        // around every admin route
//     admin.on("stop", stop, weir::deadline(2s));                  // around this one alone
//     router.otherwise([](weir::Context& context) { ... });        // what no other route has
//
// Layers run in the order written: the router's, the group's, the route's. use() is around all
// routes of its scope, those registered before it as well: nobody passes a check by coming early.
//
// A Router is a handle: copies, groups and what serves it share the routes. Safe from any thread;
// routes may come and go while they are served.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/routing/router_core.hpp"
#include "weir/routing/text_codec.hpp"
#include "weir/routing/typed_handler.hpp"

namespace weir {

/// What on(), otherwise(), use() and group() find wrong they throw as std::invalid_argument, with a
/// line that names the route: two of one key, no name, more than max_layers layers. A handler whose
/// types do not fit the codec does not compile, and says why.
template <class Codec = TextCodec>
class Router {
 public:
  Router() : core_(std::make_shared<RouterCore>()) {}

  /// Requests of `key`, in a group with its prefix before it, go to `handler`: a function of what
  /// the codec can make of a request, or a shared_ptr to a Handler.
  template <class H, class... Layers>
  Router& on(const RouteKey& key, H handler, Layers... layers) {
    core_->add(scope_, key, make_handler<Codec>(std::move(handler)), list(std::move(layers)...));
    return *this;
  }
  /// Requests that no route is for; in a group, those whose key begins with its prefix.
  template <class H, class... Layers>
  Router& otherwise(H handler, Layers... layers) {
    core_->set_otherwise(scope_, make_handler<Codec>(std::move(handler)),
                         list(std::move(layers)...));
    return *this;
  }
  /// Around all routes of this router or group: a LayerPtr, or a function (layer.hpp).
  template <class... Layers>
  Router& use(Layers... layers) {
    core_->use(scope_, list(std::move(layers)...));
    return *this;
  }
  /// A part of this router: its keys begin with `prefix`, its layers are around them alone.
  [[nodiscard]] Router group(std::string_view prefix = {}) {
    return Router(core_, core_->group(scope_, prefix));
  }
  /// False when there was none. Requests that are out stay with it.
  bool remove(const RouteKey& key) { return core_->remove(scope_, key); }

  /// All names, sorted.
  [[nodiscard]] std::vector<std::string> names() const { return core_->names(); }
  /// For protocols.
  [[nodiscard]] const std::shared_ptr<RouterCore>& core() const { return core_; }

 private:
  Router(std::shared_ptr<RouterCore> core, RouterCore::Scope scope)
      : core_(std::move(core)), scope_(scope) {}

  template <class... Layers>
  static std::vector<LayerPtr> list(Layers... layers) {
    return {as_layer(std::move(layers))...};
  }

  std::shared_ptr<RouterCore> core_;
  RouterCore::Scope scope_ = RouterCore::root;
};

}  // namespace weir
