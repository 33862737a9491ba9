// LCS: the longest common subsequence of two strings.
#pragma once

#include "kv/command.hpp"

namespace weir::kv {

/// LCS key key [LEN] [IDX] [MINMATCHLEN n] [WITHMATCHLEN]
void lcs(Context& context, const Arguments& arguments);

}  // namespace weir::kv
