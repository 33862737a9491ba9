// Keys, whatever their values.
#include "kv/command.hpp"
#include "kv/context.hpp"

namespace weir::kv {

namespace {

void del(Context& context, const Arguments& arguments) {
  std::size_t count = 0;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const Key key = context.key(arguments[i]);
    const Entry* found = context.find(key);
    if (found == nullptr) continue;
    context.shard(key).remove(key, found);
    context.changed(key);
    ++count;
  }
  context.reply.integer(count);
}

constexpr Command table[] = {
    {"del", -2, writes, 1, -1, 1, del, "Deletes one or more keys."},
    {"unlink", -2, writes | fast, 1, -1, 1, del, "Asynchronously deletes one or more keys."},
};

}  // namespace

std::span<const Command> key_commands() { return table; }

}  // namespace weir::kv
