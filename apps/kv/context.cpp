#include "kv/context.hpp"

namespace weir::kv {

void Context::journal_as(const std::vector<std::string_view>& arguments) {
  if (!service.journal().keeps()) return;
  RespWriter write(instead_);
  write.array(arguments.size());
  for (const std::string_view each : arguments) write.bulk(each);
}

}  // namespace weir::kv
