// Where there is no zlib.
#include "web/gzip.hpp"

namespace weir::http {

bool gzip(std::string_view, int, Buffer&) { return false; }

}  // namespace weir::http
