// weir-dispatch-cost: what a router with three layers costs a frame, beside the plain handler that
// it stands for. Both are served by a Connection whose transport costs nothing, turn by turn in one
// process, so that what disturbs one disturbs the other; the medians of paired differences count.
//
//     weir-dispatch-cost [rounds]       prints ns a frame; 0 rounds: one pass of each, for
//     callgrind
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/bare_transport.hpp"
#include "weir/framing/length_prefix.hpp"
#include "weir/framing/line.hpp"
#include "weir/io/backend.hpp"
#include "weir/routing/layers.hpp"
#include "weir/routing/routed.hpp"
#include "weir/service/server.hpp"

namespace {

using namespace weir;
using namespace std::chrono_literals;

constexpr int routes = 1000;
constexpr std::size_t frames_a_turn = 8 * 1024;

/// 64 frames, each for another route.
template <class Frame>
std::string reads_of(std::size_t frames, Frame frame) {
  std::string bytes;
  for (std::size_t i = 0; i < frames; ++i) bytes += frame(i * 389 % routes);
  return bytes;
}

class Side {
 public:
  virtual ~Side() = default;
  virtual void turn(const std::vector<std::string>& reads, std::size_t frames) = 0;
};

template <Framing F, FrameHandler<F> H>
class Served final : public Side {
 public:
  Served(EventLoop& loop, F framing, H handler)
      : context_{loop, options_, log_},
        service_(std::move(framing), std::move(handler), {}),
        connection_(context_, owner_, TransportPtr(&transport_), service_.make(options_)) {
    connection_.start();
  }
  void turn(const std::vector<std::string>& reads, std::size_t frames) override {
    const std::size_t times = frames_a_turn / frames;
    for (std::size_t i = 0; i < times; ++i) transport_.bring(reads[i % reads.size()]);
  }
  [[nodiscard]] std::size_t written() const { return transport_.written; }

 private:
  ConnectionOptions options_;
  Log log_{LogLevel::warning};
  ConnectionContext context_;
  FramedService<F, H> service_;
  test::SilentOwner owner_;
  test::BareTransport transport_;
  Connection connection_;
};

/// Of this thread on its processor: what others do there meanwhile does not count.
double processor_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

double time_of(const std::function<void()>& work) {
  const double begin = processor_time();
  work();
  return (processor_time() - begin) / static_cast<double>(frames_a_turn);
}

double quantile(std::vector<double> values, double q) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

struct Router1000 {
  explicit Router1000(bool layers) {
    if (layers) router.use(deadline(1s), concurrency(1000), counted);
    for (int i = 0; i < routes; ++i) {
      const auto echo = [](std::string_view text) { return text; };
      router.on("route" + std::to_string(i), echo);
      router.on(i, echo);
    }
  }
  std::shared_ptr<Count> counted = count();
  Router<> router;
};

/// Both sides, over `frames` frames a read.
template <Framing F, Extractor E, class Frame>
void compare(const char* name, int rounds, std::size_t frames, std::size_t used, F framing,
             E extract, Frame frame) {
  auto made = make_loop("epoll");
  EventLoop& loop = *made.value();
  std::vector<std::string> reads;
  for (std::size_t i = 0; i < 64; ++i) {
    reads.push_back(reads_of(frames, [&](std::size_t k) { return frame((k + 7 * i) % used); }));
  }
  Router1000 bare(false);
  Router1000 layered(true);
  const auto echo = [](std::string_view text) { return text; };
  Served plain(loop, framing, echo);
  Served routed_bare(loop, framing, routed(bare.router, extract));
  Served routed_layered(loop, framing, routed(layered.router, extract));
  const std::array<Side*, 3> sides{&plain, &routed_bare, &routed_layered};
  for (Side* side : sides) side->turn(reads, frames);
  std::array<std::vector<double>, 3> times;
  for (int i = 0; i < rounds; ++i) {
    for (std::size_t k = 0; k < sides.size(); ++k) {
      times[k].push_back(time_of([&] { sides[k]->turn(reads, frames); }));
    }
  }
  if (rounds == 0) return;
  const auto more = [&](std::size_t k, double q) {
    std::vector<double> differences;
    for (std::size_t i = 0; i < times[k].size(); ++i) {
      differences.push_back(times[k][i] - times[0][i]);
    }
    return quantile(std::move(differences), q);
  };
  std::printf(
      "%-16s %4zu routes in use, %2zu frames a read: plain %5.1f ns; router +%5.1f, with three "
      "layers +%5.1f"
      " (best tenth +%5.1f)\n",
      name, used, frames, quantile(times[0], 0.5), more(1, 0.5), more(2, 0.5), more(2, 0.1));
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 1000;
  const auto line = [](std::size_t i) { return "route" + std::to_string(i) + " hello\n"; };
  const auto prefixed = [](std::size_t i) {
    return std::string("\0\0\0\x07", 4) + static_cast<char>(i >> 8U) + static_cast<char>(i) +
           "hello";
  };
  for (const std::size_t used : {std::size_t{routes}, std::size_t{16}}) {
    for (const std::size_t frames : {std::size_t{64}, std::size_t{1}}) {
      compare("lines", rounds, frames, used, lines(), first_word(), line);
      compare("length_prefix(4)", rounds, frames, used, length_prefix(4), opcode(2), prefixed);
    }
  }
}
