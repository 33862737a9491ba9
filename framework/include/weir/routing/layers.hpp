// The layers that weir brings (docs/routing.md). Layer: routing.
#pragma once

#include "weir/routing/authenticate.hpp"
#include "weir/routing/concurrency.hpp"
#include "weir/routing/count.hpp"
#include "weir/routing/deadline.hpp"
#include "weir/routing/log_layer.hpp"
#include "weir/routing/rate_limit.hpp"
#include "weir/routing/shed.hpp"
