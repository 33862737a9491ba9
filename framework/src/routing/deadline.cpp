#include "weir/routing/deadline.hpp"

#include <stdexcept>

#include "weir/routing/context.hpp"

namespace weir {

namespace {

class Deadline final : public Layer {
 public:
  explicit Deadline(Duration most) : most_(most) {}

  void call(Context& context, Next next) override {
    context.set_deadline(later(context.loop().now(), most_));
    next(context);
  }
  [[nodiscard]] bool wants_settled() const override { return false; }

 private:
  Duration most_;
};

}  // namespace

LayerPtr deadline(Duration most) {
  if (most <= Duration::zero()) throw std::invalid_argument("deadline: the time is not positive");
  return std::make_shared<Deadline>(most);
}

}  // namespace weir
