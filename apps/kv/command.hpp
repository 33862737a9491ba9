// Command: one entry of the table of commands; CommandTable finds it by its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "weir/framing/resp_command.hpp"

namespace weir::kv {

class Context;
using Arguments = RespCommand;

/// What a command does beside answering; may be joined by '|'.
enum CommandFlags : std::uint32_t {
  reads = 1U << 0U,
  writes = 1U << 1U,
  grows = 1U << 2U,             // refused when memory is full
  all_keys = 1U << 3U,          // needs the locks of all shards
  no_auth = 1U << 4U,           // may be said before a password
  no_queue = 1U << 5U,          // is run within MULTI rather than queued
  while_subscribed = 1U << 6U,  // may be said by a RESP2 client that subscribes
  no_multi = 1U << 7U,          // refused within MULTI
  admin = 1U << 8U,
  fast = 1U << 9U,
  blocks = 1U << 10U,
  publishes = 1U << 11U,
};

struct Command {
  std::string_view name;  // in small letters
  int arity;              // arguments with the name; below zero: at least so many
  std::uint32_t flags;
  // Where its keys stand among the arguments; first 0: it has none. A last one below zero counts
  // from the end, -1 is the last argument.
  int first_key;
  int last_key;
  int key_step;
  void (*run)(Context& context, const Arguments& arguments);
  std::string_view summary;

  [[nodiscard]] bool has(std::uint32_t flag) const { return (flags & flag) != 0; }
  [[nodiscard]] bool takes(std::size_t arguments) const {
    return arity >= 0 ? arguments == static_cast<std::size_t>(arity)
                      : arguments >= static_cast<std::size_t>(-arity);
  }
  /// Calls visit(index) for each argument that is a key.
  template <class Visit>
  void each_key(std::size_t arguments, Visit visit) const {
    if (first_key == 0) return;
    const auto count = static_cast<int>(arguments);
    const int last = last_key < 0 ? count + last_key : last_key;
    for (int i = first_key; i <= last && i < count; i += key_step) {
      visit(static_cast<std::size_t>(i));
    }
  }
};

// The commands of each file.
[[nodiscard]] std::span<const Command> connection_commands();
[[nodiscard]] std::span<const Command> server_commands();
[[nodiscard]] std::span<const Command> string_commands();
[[nodiscard]] std::span<const Command> number_commands();
[[nodiscard]] std::span<const Command> range_commands();
[[nodiscard]] std::span<const Command> key_commands();
[[nodiscard]] std::span<const Command> scan_commands();
[[nodiscard]] std::span<const Command> expiry_commands();
[[nodiscard]] std::span<const Command> hash_commands();
[[nodiscard]] std::span<const Command> list_commands();
[[nodiscard]] std::span<const Command> blocking_commands();
[[nodiscard]] std::span<const Command> transaction_commands();
[[nodiscard]] std::span<const Command> pubsub_commands();
[[nodiscard]] std::span<const Command> persistence_commands();

/// All commands. A name is two words of eight bytes, padded with zeros; capital letters are made
/// small in both at once, so that finding one compares two numbers.
class CommandTable {
 public:
  CommandTable();

  /// Whatever its letters' size; nullptr for no command.
  [[nodiscard]] const Command* find(std::string_view name) const;
  /// In the order of their names.
  [[nodiscard]] std::span<const Command* const> all() const { return all_; }

 private:
  static constexpr std::size_t places = 512;
  struct Name {
    std::uint64_t first;
    std::uint64_t second;
    friend bool operator==(const Name&, const Name&) = default;
  };
  struct Place {
    Name name{};
    const Command* command = nullptr;
  };

  [[nodiscard]] static Name name_of(std::string_view text);
  [[nodiscard]] static std::size_t place_of(const Name& name) {
    return ((name.first ^ name.second * 0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd) >> 55;
  }

  std::vector<Place> table_;  // open addressing, at most half full
  std::vector<const Command*> all_;
};

}  // namespace weir::kv
