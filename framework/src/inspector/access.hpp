// Who may ask the inspector what. Layer: inspector, private. Pure functions: fields in, answers
// out.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weir::inspect {

/// Do the two have the same bytes? Takes as long for a wrong guess as for a right one of its
/// length.
[[nodiscard]] bool same_secret(std::string_view one, std::string_view other);

/// The token of "Bearer TOKEN" (RFC 6750, section 2.1; the scheme in any case); empty without one.
[[nodiscard]] std::string_view bearer_token(std::string_view authorization);

/// May a request be answered whose Host field is `host`? An attacker's page reaches 127.0.0.1 under
/// a name of the attacker's (DNS rebinding), never under an address: so addresses, "localhost" and
/// `names` pass, with or without a port.
[[nodiscard]] bool host_allowed(std::string_view host, std::span<const std::string> names);

/// The fields that tell whose page sent a request; empty where it has none.
struct Sender {
  std::string_view host;
  std::string_view origin;
  std::string_view fetch_site;  // Sec-Fetch-Site
  std::string_view marker;      // X-Weir-Inspector: no other site's page can send it unasked
};
/// May it change something? It says that it comes from our own page, or from no page at all, and
/// nothing says otherwise.
[[nodiscard]] bool may_change(const Sender& sender);

}  // namespace weir::inspect
