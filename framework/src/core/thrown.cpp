#include "core/thrown.hpp"

#include <exception>

namespace weir {

std::string thrown_text() {
  try {
    throw;
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

}  // namespace weir
