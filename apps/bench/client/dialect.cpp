#include "client/dialect.hpp"

#include "client/protocols/protocols.hpp"
#include "failure.hpp"

namespace weir::bench {

std::unique_ptr<Dialect> make_dialect(const LoadOptions& options) {
  switch (options.protocol) {
    case Protocol::raw:
    case Protocol::length4:
      return make_echo(options);
    case Protocol::json_rpc:
      return make_json_rpc(options);
    case Protocol::resp:
      return make_resp(options);
    case Protocol::http:
      return make_http(options);
    case Protocol::websocket:
      return make_websocket(options);
  }
  throw Failure("no such protocol");
}

}  // namespace weir::bench
