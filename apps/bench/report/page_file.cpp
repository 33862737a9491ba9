#include <filesystem>
#include <fstream>

#include "compare/comparison_file.hpp"
#include "failure.hpp"
#include "report/page.hpp"

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
  std::ofstream file(out, std::ios::binary | std::ios::trunc);
  file << to_html(comparison);
  if (!file.flush()) throw Failure(out + ": cannot be written");
  return out;
}

}  // namespace weir::bench
