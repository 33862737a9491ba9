// Connection::guarded: how a connection calls what its user wrote. Layer: session, private.
// For the files that Connection is written in: connection.cpp, _input and _output.
#pragma once

#include "core/thrown.hpp"
#include "weir/session/connection.hpp"

namespace weir {

/// False when `call` threw: that was logged and counted.
template <class Call>
bool Connection::guarded(Call call) {
  try {
    call();
    return true;
  } catch (...) {
    context_.counters.handler_failures.add();
    log_failure(CloseReason::handler_failed, thrown_text());
  }
  return false;
}

}  // namespace weir
