// The flags of the inspector: where it listens, and the token that it asks for.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/flags.hpp"
#include "weir/inspector/figure.hpp"

namespace weir {
class Inspector;
class Server;
}  // namespace weir

namespace weir::app {

/// --admin, --admin-token-file. Outlives its flags.
class AdminFlags {
 public:
  [[nodiscard]] std::vector<Flag> flags();
  /// Once the flags are taken: reads the token. An error is a wrong flag.
  [[nodiscard]] Status finish();

  /// What the program `name` has to show of its own.
  void set_figures(std::function<std::vector<Figure>()> figures) { figures_ = std::move(figures); }
  /// The inspector of `server`, which did not start yet; nullptr where there is no --admin.
  [[nodiscard]] Result<std::unique_ptr<Inspector>> open(const std::string& name,
                                                        Server& server) const;

 private:
  std::string endpoint_;
  std::string token_file_;
  std::string token_;
  std::function<std::vector<Figure>()> figures_;
};

}  // namespace weir::app
