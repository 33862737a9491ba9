// What the commands about clients share.
#pragma once

#include <string_view>

#include "kv/command.hpp"

namespace weir::kv {

/// The redis-server whose commands and words these are: clients ask for it.
inline constexpr std::string_view compatible_version = "7.0.15";

inline constexpr std::string_view bad_client_name =
    "ERR Client names cannot contain spaces, newlines or special characters.";
/// '!' to '~', all of it.
[[nodiscard]] bool is_client_name(std::string_view name);

/// CLIENT and its subcommands.
void client_command(Context& context, const Arguments& arguments);

/// "ERR unknown subcommand 'x'. Try CLIENT HELP."
void unknown_subcommand(Context& context, const Arguments& arguments, std::string_view command);
/// "ERR wrong number of arguments for 'client|id' command"
void wrong_subcommand_arity(Context& context, std::string_view command,
                            std::string_view subcommand);

}  // namespace weir::kv
