// Layer: io/messages, private.
#pragma once

#include "weir/io/message_options.hpp"

namespace weir {

/// Adds one to `one` of `counters`, where anybody counts.
inline void count_message(MessageCounters* counters, Counter MessageCounters::*one) {
  if (counters != nullptr) (counters->*one).add();
}

}  // namespace weir
