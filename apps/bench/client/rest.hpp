// The beginning of something whose end has not come: kept between two takes, its memory too.
//
//   rest.take(received, [](std::string_view& text) { ...take one whole thing off the front of
//   text...
//                                                    false when it has not all come });
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weir::bench {

class Rest {
 public:
  // Calls `step` with what was kept and what came, until it answers false or nothing is left.
  template <class Step>
  void take(std::span<const char> received, Step step) {
    auto text = with(received);
    while (!text.empty() && step(text)) {
    }
    keep(text);
  }

 private:
  std::string_view with(std::span<const char> received) {
    const std::string_view text{received.data(), received.size()};
    if (kept_.empty()) return text;
    return kept_.append(text);
  }

  // `left` is the end of what with() answered.
  void keep(std::string_view left) {
    if (kept_.empty()) {
      kept_.assign(left);
    } else {
      kept_.erase(0, kept_.size() - left.size());
    }
  }

  std::string kept_;
};

}  // namespace weir::bench
