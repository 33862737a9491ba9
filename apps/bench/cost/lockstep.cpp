#include "cost/lockstep.hpp"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "client/dialect.hpp"
#include "client/stream.hpp"
#include "failure.hpp"
#include "system/process.hpp"

namespace weir::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t buffer_size = 256U << 10U;
constexpr std::chrono::seconds answer_deadline{10};
// A server that is at work for so long after its last answer never sleeps.
constexpr std::chrono::seconds sleep_deadline{2};
constexpr std::chrono::microseconds look_again{20};

class Client {
 public:
  Client(const LoadOptions& load, pid_t server, const Interrupts& interrupts)
      : load_(load),
        server_(server),
        interrupts_(interrupts),
        dialect_(make_dialect(load)),
        buffer_(buffer_size),
        recorder_(Recorder::Rule::by_answer) {}

  void visit(std::uint64_t rounds) {
    Stream stream{*dialect_, 0, load_.depth, 0};
    stream.open(connect_to(load_.to));
    await_sleep();
    while (stream.is_opening()) receive(stream);
    for (std::uint64_t i = 0; i < rounds; ++i) {
      await_sleep();
      round(stream);
    }
    await_sleep();
    stream.finish();
    while (!stream.is_closed()) receive(stream);
    await_sleep();
  }

  bool slept() const { return sleeps_; }

 private:
  void round(Stream& stream) {
    stream.start(load_.depth, 0);
    stream.flush();
    if (stream.has_unsent()) {
      throw Failure("a round of messages is more than the kernel takes at once: less --depth");
    }
    while (stream.in_flight() > 0) receive(stream);
  }

  void receive(Stream& stream) {
    if (!interrupts_.wait_readable(stream.descriptor(), answer_deadline)) {
      throw Failure("no answer for 10 s");
    }
    const auto taken = stream.receive(buffer_);
    if (taken.messages > 0) stream.settle(taken.messages, 0, recorder_);
  }

  // A server that was sent something is awake when send() returns: it cannot be taken for asleep
  // before it began.
  void await_sleep() {
    const auto deadline = Clock::now() + sleep_deadline;
    while (sleeps_ && !is_asleep(server_)) {
      interrupts_.sleep(look_again);
      sleeps_ = Clock::now() < deadline;
    }
  }

  const LoadOptions& load_;
  const pid_t server_;
  const Interrupts& interrupts_;
  std::unique_ptr<Dialect> dialect_;
  std::vector<char> buffer_;
  Recorder recorder_;
  bool sleeps_ = true;
};

}  // namespace

bool exercise(const LoadOptions& load, pid_t server, const Exercise& what,
              const Interrupts& interrupts) {
  Client client{load, server, interrupts};
  for (std::uint64_t i = 0; i < what.connections; ++i) client.visit(what.rounds);
  return client.slept();
}

}  // namespace weir::bench
