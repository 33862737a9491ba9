// Which content coding a client would rather have (RFC 9110, section 12.5.3). Layer: http.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "weir/http/headers.hpp"

namespace weir::http {

/// A weight of section 12.4.2, `0` to `1` with three digits behind the point, in thousandths;
/// nullopt for what is none.
[[nodiscard]] std::optional<unsigned> parse_weight(std::string_view text);

/// The index of the coding to answer with, out of `offered`, in which the server's favourite stands
/// first and which has "identity" where the bytes may go as they are: the one with the greatest
/// weight, and of several the first. nullopt where the client takes none of them: answer 406, or
/// go on with identity all the same.
///
/// All Accept-Encoding fields are one list. Where there is none, anything may be sent, and here
/// that means identity, for that is what nobody is surprised by. "x-gzip" is gzip, "x-compress"
/// compress. An element that is mistaken is passed over.
[[nodiscard]] std::optional<std::size_t> choose_encoding(const Headers& headers,
                                                         std::span<const std::string_view> offered);

}  // namespace weir::http
