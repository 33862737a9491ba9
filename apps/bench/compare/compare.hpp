// weir-bench compare SUITE: starts the servers, measures them in turn, and leaves what it found in
// a file, and as a page. One suite, or "quick", the rows that say most, or "full", all.
#pragma once

#include "compare/comparison.hpp"
#include "options.hpp"
#include "system/interrupts.hpp"

namespace weir::bench {

// Prints each row when it is measured, then the names of the files, NAME.json and its report
// NAME.html; how far it is goes to standard error. The files are replaced after each row, so that
// an interrupted run leaves what it has; one that ends before its first row leaves those of an
// earlier run. Throws Failure when there is nothing to measure, or no file can be written.
void run_compare(const CompareOptions& options, const Interrupts& interrupts);

// A row as lines of text: who, the figure, the ratio, its spread.
std::string to_text(const Row& row);

}  // namespace weir::bench
