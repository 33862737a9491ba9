// http::Router: routes of HTTP by method and pattern. Layer: web.
// The framework's router (routing/router.hpp) with paths for keys: layers, groups and handlers are
// the same.
//
//     weir::http::Router routes;
//     routes.use(weir::count());
//     routes.get("/", [] { return "hello\n"; });
//     routes.post("/users", [](const weir::http::Request& request) { ... });
//     auto admin = routes.group("/admin");
//     admin.use(weir::authenticate(check));
//     admin.del("/users/{id}", remove_user, weir::deadline(2s));
//
// A path without a route is answered with 404, one with other methods than the request's with 405
// and Allow (RFC 9110, section 15.5.6); OPTIONS is answered with Allow, HEAD as GET without its
// body.
//
// A Router is a handle: copies, groups and what serves it share the routes. Safe from any thread;
// routes may come and go while they are served.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/routing/router.hpp"
#include "weir/web/codec.hpp"
#include "weir/web/routes.hpp"

namespace weir::http {

/// What they find wrong they throw as std::invalid_argument, with a line that names the route.
template <class C>
class BasicRouter {
 public:
  BasicRouter() : routes_(std::make_shared<Routes>()) {}

  /// Requests of `method`, as it is written here, whose path `pattern` (routes.hpp) fits.
  template <class H, class... Layers>
  BasicRouter& on(std::string_view method, std::string_view pattern, H handler, Layers... layers) {
    const std::string name = routes_->add(method, prefix_ + std::string(pattern), streams_body<H>);
    try {
      router_.on(name, std::move(handler), std::move(layers)...);
    } catch (...) {
      routes_->remove(name);
      throw;
    }
    return *this;
  }
  template <class H, class... Layers>
  BasicRouter& get(std::string_view pattern, H handler, Layers... layers) {
    return on("GET", pattern, std::move(handler), std::move(layers)...);
  }
  template <class H, class... Layers>
  BasicRouter& post(std::string_view pattern, H handler, Layers... layers) {
    return on("POST", pattern, std::move(handler), std::move(layers)...);
  }
  template <class H, class... Layers>
  BasicRouter& put(std::string_view pattern, H handler, Layers... layers) {
    return on("PUT", pattern, std::move(handler), std::move(layers)...);
  }
  template <class H, class... Layers>
  BasicRouter& patch(std::string_view pattern, H handler, Layers... layers) {
    return on("PATCH", pattern, std::move(handler), std::move(layers)...);
  }
  template <class H, class... Layers>
  BasicRouter& del(std::string_view pattern, H handler, Layers... layers) {
    return on("DELETE", pattern, std::move(handler), std::move(layers)...);
  }
  /// Requests that no route is for, those with another method than a path has included.
  template <class H, class... Layers>
  BasicRouter& otherwise(H handler, Layers... layers) {
    router_.otherwise(std::move(handler), std::move(layers)...);
    return *this;
  }
  /// Around all routes of this router or group, whatever the order.
  template <class... Layers>
  BasicRouter& use(Layers... layers) {
    router_.use(std::move(layers)...);
    return *this;
  }
  /// A part of this router: its patterns begin with `prefix`, its layers are around them alone.
  [[nodiscard]] BasicRouter group(std::string_view prefix) {
    return BasicRouter(routes_, router_.group(), prefix_ + std::string(prefix));
  }
  /// False when there was none. Requests that are out stay with it.
  bool remove(std::string_view method, std::string_view pattern) {
    const std::string name = std::string(method) + " " + prefix_ + std::string(pattern);
    routes_->remove(name);
    return router_.remove(name);
  }

  /// For protocols.
  [[nodiscard]] const std::shared_ptr<Routes>& routes() const { return routes_; }
  [[nodiscard]] const std::shared_ptr<RouterCore>& core() const { return router_.core(); }

 private:
  BasicRouter(std::shared_ptr<Routes> routes, weir::Router<C> router, std::string prefix)
      : routes_(std::move(routes)), router_(std::move(router)), prefix_(std::move(prefix)) {}

  std::shared_ptr<Routes> routes_;
  weir::Router<C> router_;
  std::string prefix_;
};

using Router = BasicRouter<Codec>;

}  // namespace weir::http
