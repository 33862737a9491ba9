// Scripts of bytes for a Reader: what it makes of them in one piece, cut at each place, and byte by
// byte, which must be the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/websocket/reader.hpp"

namespace weir::test {

/// One frame as it stands on the wire, made without any code of the framework. `first` is its first
/// byte: FIN, RSV1 to RSV3, opcode. The length takes its shortest form.
[[nodiscard]] std::string bare(unsigned first, std::string_view payload);
/// The same with a mask.
[[nodiscard]] std::string masked(unsigned first, std::string_view payload);

/// What a reader sees, in words: `text:abc ping:x binary:00ff... close 1000:bye failed 1002:words`.
/// Pieces are joined, `+` between them is not shown. Behind it `...` when the stream ends inside of
/// a frame or a message.
[[nodiscard]] std::string seen(websocket::Role role, const std::vector<std::string>& reads,
                               websocket::ReaderOptions options = {});

/// The same of all ways to cut `bytes` that are tried: whole, at each place, and at all of them.
/// When they differ, it says how.
[[nodiscard]] std::string seen_in_all_cuts(websocket::Role role, std::string_view bytes,
                                           websocket::ReaderOptions options = {});

/// What a server sees in `bytes`, in all cuts.
[[nodiscard]] std::string server_sees(std::string_view bytes,
                                      websocket::ReaderOptions options = {});
[[nodiscard]] std::string client_sees(std::string_view bytes,
                                      websocket::ReaderOptions options = {});

}  // namespace weir::test
