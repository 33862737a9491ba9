// The page of a Comparison: one file of HTML that asks nobody for anything and runs no script.
//
//   title, at a glance (a sentence a row), machine and settings
//   a section a suite --> a card a chart --> notes, and below a fold numbers and commands
#pragma once

#include <string>

#include "compare/comparison.hpp"
#include "options.hpp"

namespace weir::bench {

std::string to_html(const Comparison& comparison);

// weir-bench report: reads the file, writes the page, answers the page's name. Throws BadFile as
// read_comparison() does, Failure when the page cannot be written or would replace the file.
std::string run_report(const ReportOptions& options);

}  // namespace weir::bench
