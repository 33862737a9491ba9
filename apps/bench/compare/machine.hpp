// What a reader must know of the machine to make sense of its figures.
#pragma once

#include <vector>

#include "compare/comparison.hpp"
#include "compare/contestant.hpp"

namespace weir::bench {

// The processor, the system, the compiler, and the versions of those weir is compared with.
std::vector<Fact> machine_facts();

}  // namespace weir::bench
