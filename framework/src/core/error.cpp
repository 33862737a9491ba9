#include "weir/core/error.hpp"

#include <system_error>

namespace weir {

Error system_error(std::string what, int code) {
  // std::generic_category's text is thread-safe, unlike strerror's.
  return Error{std::move(what) + ": " + std::generic_category().message(code), code};
}

}  // namespace weir
