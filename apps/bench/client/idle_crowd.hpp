// Connections that are there and say nothing while others are measured: opened as the protocol
// wants it, then silent. Nobody reads them, so that a server's pings stay without a pong.
#pragma once

#include <vector>

#include "client/dialect.hpp"
#include "options.hpp"
#include "system/descriptor.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

class IdleCrowd {
 public:
  // Returns when options.idle connections were accepted and opened. Throws Failure.
  IdleCrowd(const LoadOptions& options, const Dialect& dialect, const Interrupts& interrupts);

  // How many of them the server has closed.
  unsigned lost() const;

 private:
  std::vector<Descriptor> sockets_;
};

}  // namespace weir::bench
