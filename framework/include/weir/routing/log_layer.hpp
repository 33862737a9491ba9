// log: one line a request. Layer: routing.
//
//     route 'add' from tcp://127.0.0.1:40001 as ann: answered in 12 us
//     route 'add' from tcp://127.0.0.1:40001: overloaded in 1 us (and 814 more like it before)
#pragma once

#include <chrono>

#include "weir/core/log.hpp"
#include "weir/core/time.hpp"
#include "weir/routing/layer.hpp"

namespace weir {

struct LogOptions {
  /// Requests that failed. What a handler threw is logged apart, whatever the layers.
  LogLevel failures = LogLevel::info;
  /// Of failures of one kind over all routes, one line in so much time; the others are counted.
  Duration brake = std::chrono::seconds(1);
};

/// The line is written when the request is settled, to `to`, at `level`; the time taken is
/// Context::took(). Nothing is composed at a level that is not enabled. What a peer chose of it is
/// made printable.
[[nodiscard]] LayerPtr log(Log to, LogLevel level = LogLevel::info, LogOptions options = {});

}  // namespace weir
