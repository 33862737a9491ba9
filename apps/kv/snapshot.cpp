#include "kv/snapshot.hpp"

#include "weir/framing/resp_writer.hpp"

namespace weir::kv {

namespace {

void append_string(const Entry& entry, std::string& output) {
  RespWriter write(output);
  if (!entry.has_expiry()) {
    write.command({"SET", entry.key(), entry.value()});
  } else {
    write.command({"SET", entry.key(), entry.value(), "PXAT", std::to_string(entry.expires())});
  }
}

}  // namespace

void append_commands(const Entry& entry, std::string& output) { append_string(entry, output); }

}  // namespace weir::kv
