#include "weir/core/error.hpp"

#include <stdexcept>
#include <system_error>

namespace weir {

Error system_error(std::string what, int code) {
  // std::generic_category's text is thread-safe, unlike strerror's.
  return Error{std::move(what) + ": " + std::generic_category().message(code), code};
}

void throw_no_value(const Error& error) { throw std::runtime_error(error.message); }

}  // namespace weir
