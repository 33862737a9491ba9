// RedisAddress: where a Redis is and as whom to speak to it. Layer: bus, private.
#pragma once

#include <string>
#include <string_view>

#include "weir/core/error.hpp"

namespace weir {

struct RedisAddress {
  std::string endpoint;  // tcp://, tls:// or unix://
  std::string user;      // empty: the default user
  std::string password;  // empty: nobody is asked for one
  bool tls = false;

  /// Is `text` one of redis://, rediss:// and redis+unix://?
  [[nodiscard]] static bool matches(std::string_view text);
  /// As make_bus() says. The error never holds the password.
  [[nodiscard]] static Result<RedisAddress> parse(std::string_view text);
};

}  // namespace weir
