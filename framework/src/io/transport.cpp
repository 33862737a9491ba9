#include "weir/io/transport.hpp"

#include <cerrno>

namespace weir {

Status Transport::set_options(const SocketOptions&) {
  return Error{"this connection is no socket that has options", EOPNOTSUPP};
}

}  // namespace weir
