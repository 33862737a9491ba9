#include "weir/session/protocol.hpp"

namespace weir {

void Progress::fail(CloseReason reason, std::string_view mistake) {
  failure = std::make_unique<Failure>(Failure{reason, std::string(mistake)});
}

}  // namespace weir
