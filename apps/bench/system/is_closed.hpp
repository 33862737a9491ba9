// Whether the other end of a connection has closed it.
#pragma once

#include "system/descriptor.hpp"

namespace weir::bench {

// Of a non-blocking socket that nobody reads: what has come is thrown away.
bool is_closed(const Descriptor& socket);

}  // namespace weir::bench
