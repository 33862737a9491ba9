// An entry as the commands that make it: what a journal that begins anew is made of.
//
//     for (std::size_t i = 0; i < store.shards(); ++i) {   // with the shard's lock
//       store.at(i).keys().each([&](const Entry& entry) { append_commands(entry, bytes); });
//     }
#pragma once

#include <string>

#include "kv/entry.hpp"

namespace weir::kv {

/// Appends commands in RESP that make `entry` where there is no such key.
void append_commands(const Entry& entry, std::string& output);

}  // namespace weir::kv
