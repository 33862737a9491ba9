#include "kv/settings.hpp"

#include <cstddef>

namespace weir::kv {

std::string_view to_string(Eviction policy) {
  switch (policy) {
    case Eviction::least_recently_used:
      return "allkeys-lru";
    case Eviction::soonest_to_expire:
      return "volatile-ttl";
    default:
      return "noeviction";
  }
}

std::optional<Eviction> parse_eviction(std::string_view text) {
  for (const Eviction policy :
       {Eviction::none, Eviction::least_recently_used, Eviction::soonest_to_expire}) {
    if (text == to_string(policy)) return policy;
  }
  return std::nullopt;
}

void Settings::set_password(std::string_view password) {
  const std::lock_guard lock(mutex_);
  password_ = password;
  has_password_ = !password.empty();
}

std::string Settings::password() const {
  const std::lock_guard lock(mutex_);
  return password_;
}

bool Settings::is_password(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  unsigned different = text.size() == password_.size() ? 0 : 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char right = password_.empty() ? '\0' : password_[i % password_.size()];
    different |= static_cast<unsigned char>(text[i]) ^ static_cast<unsigned char>(right);
  }
  return different == 0;
}

}  // namespace weir::kv
