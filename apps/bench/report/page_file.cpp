#include <filesystem>

#include "compare/comparison_file.hpp"
#include "failure.hpp"
#include "report/page.hpp"
#include "system/replaced_file.hpp"

namespace weir::bench {

std::string run_report(const ReportOptions& options) {
  namespace fs = std::filesystem;
  const Comparison comparison = read_comparison(options.file);
  std::string out = options.out.empty() ? fs::path(options.file).replace_extension(".html").string()
                                        : options.out;
  std::error_code none_there;
  if (fs::equivalent(options.file, out, none_there)) {
    throw Failure(out + ": the page would replace the file it is made of");
  }
  if (const auto error = replace_file(out, to_html(comparison))) {
    throw Failure(out + ": cannot be written: " + error.message());
  }
  return out;
}

}  // namespace weir::bench
