// Handler: what a router calls, with its types erased. Layer: routing.
// A codec makes one of a function (typed_handler.hpp); who needs all of it derives from Handler.
#pragma once

namespace weir {

class Context;

/// Called on the loops of all the connections that reach it, so on several threads at once.
class Handler {
 public:
  Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler() = default;

  /// Answers `context`, or keeps a Responder of it to answer later. What it throws fails the
  /// request.
  virtual void call(Context& context) = 0;
};

}  // namespace weir
