// What the user reads, on standard output: text for people, or one JSON document for programs.
#pragma once

#include <string>

#include "idle.hpp"
#include "load.hpp"
#include "options.hpp"
#include "pair.hpp"

namespace weir::bench {

std::string to_text(const LoadOptions& options, const LoadResult& result);
std::string to_text(const IdleOptions& options, const IdleResult& result);
std::string to_text(const PairOptions& options, const PairResult& result);

std::string to_json(const LoadOptions& options, const LoadResult& result);
std::string to_json(const IdleOptions& options, const IdleResult& result);
std::string to_json(const PairOptions& options, const PairResult& result);

}  // namespace weir::bench
