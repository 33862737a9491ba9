// The layers that weir brings (docs/routing.md). Layer: routing.
#pragma once

#include "weir/routing/concurrency.hpp"
#include "weir/routing/count.hpp"
#include "weir/routing/deadline.hpp"
