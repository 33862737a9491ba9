#include "weir/routing/shed.hpp"

#include <stdexcept>

#include "weir/routing/context.hpp"

namespace weir {

std::shared_ptr<Shed> shed(ShedOptions options) { return std::make_shared<Shed>(options); }

Shed::Shed(ShedOptions options) : most_(options.lag) {
  if (most_ <= Duration::zero()) throw std::invalid_argument("shed: the lag is not positive");
}

void Shed::call(Context& context, Next next) {
  if (lags_.here(context.loop()).behind(context.loop()) <= most_) return next(context);
  refused_.fetch_add(1, std::memory_order_relaxed);
  context.fail({.kind = FailureKind::overloaded});
}

}  // namespace weir
