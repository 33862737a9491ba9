// A router over lines on a MemoryLoop, and what the tests of layers have in common.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "unit/session/bench.hpp"
#include "weir/framing/line.hpp"
#include "weir/routing/routed.hpp"

namespace weir::test {

struct RouterBench {
  /// A peer; with the first one the server begins.
  Peer dial() {
    if (!serving) bench.serve(lines(), routed(router));
    serving = true;
    return bench.dial();
  }
  /// What a new peer reads, and is gone.
  std::string ask(std::string_view text) {
    Peer peer = dial();
    std::string answer = bench.say(peer, text);
    peer.close();
    bench.run();
    return answer;
  }
  /// The text of what `work` throws.
  template <class Work>
  static std::string mistake_of(Work work) {
    try {
      work();
    } catch (const std::invalid_argument& mistake) {
      return mistake.what();
    }
    return "nothing thrown";
  }
  /// A route whose requests wait in `out` for the test to answer them.
  template <class... Layers>
  void on_later(std::string_view name, Layers... layers) {
    router.on(
        name, [this](Responder responder) { out.push_back(std::move(responder)); }, layers...);
  }

  Router<> router;
  std::vector<Responder> out;
  Bench bench;
  bool serving = false;
};

}  // namespace weir::test
