// What TLS costs beside plain TCP: processor time of an echoed message and of a handshake, both
// ends together, and bytes of the heap of a connection that rests. In memory, so that no kernel is
// counted.
//
//     weir-tls-cost [SCALE]        1 is quick, 100 is for reading
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "weir/testing/memory_loop.hpp"
#include "weir/tls/tls.hpp"

namespace {

using namespace weir;

double processor_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::size_t heap() { return ::mallinfo2().uordblks; }

/// Counts what comes; sends it back if it is to.
class End final : public Sink {
 public:
  void begin(TransportPtr made, bool echoes) {
    transport = std::move(made);
    echoes_ = echoes;
    transport->start(*this);
  }
  void send(std::string_view bytes) { transport->write({&bytes, 1}); }

  TransportPtr transport;
  std::size_t got = 0;

 private:
  void on_bytes(std::string_view bytes) override {
    got += bytes.size();
    if (echoes_) send(bytes);
  }
  void on_end() override {}
  void on_writable() override {}
  void on_closed(int) override {}

  bool echoes_ = false;
};

struct Pair {
  Pair(testing::MemoryLoop& loop, const TransportFilterPtr& served,
       const TransportFilterPtr& asked) {
    auto [near, far] = loop.transport_pair();
    if (served != nullptr) far = served->wrap(std::move(far), loop, {}).take();
    if (asked != nullptr) near = asked->wrap(std::move(near), loop, "localhost").take();
    server.begin(std::move(far), true);
    client.begin(std::move(near), false);
    loop.run_ready();
  }
  End client;
  End server;
};

double echo_cost(Pair& pair, testing::MemoryLoop& loop, std::size_t size, int times) {
  const std::string bytes(size, 'x');
  const double begin = processor_seconds();
  for (int i = 0; i < times; ++i) {
    pair.client.send(bytes);
    loop.run_ready();
  }
  const double took = processor_seconds() - begin;
  if (pair.client.got < size * static_cast<std::size_t>(times)) std::abort();
  pair.client.got = 0;
  return took / times;
}

double handshakes_per_second(const TransportFilterPtr& served, const TransportFilterPtr& asked,
                             int times, bool resumed) {
  {
    testing::MemoryLoop loop;
    Pair first(loop, served, asked);
  }
  const double begin = processor_seconds();
  for (int i = 0; i < times; ++i) {
    testing::MemoryLoop loop;
    const Pair pair(loop, served, asked);
    const auto* security = pair.client.transport->security();
    if (security == nullptr || security->resumed != resumed) std::abort();
  }
  return times / (processor_seconds() - begin);
}

}  // namespace

int main(int argc, char** argv) {
  const int scale = argc > 1 ? std::atoi(argv[1]) : 1;
  const SelfSigned own = self_signed().take();
  const TransportFilterPtr served = tls_server({.certificates = {own.certificate}}).value();
  const TransportFilterPtr asked =
      tls_client({.ca_pem = own.certificate.chain_pem, .resume = false}).take();
  const TransportFilterPtr resuming = tls_client({.ca_pem = own.certificate.chain_pem}).take();

  testing::MemoryLoop loop;
  Pair plain(loop, nullptr, nullptr);
  Pair secure(loop, served, asked);
  for (const std::size_t size : {64U, 16'384U}) {
    const int times = 500 * scale;
    const double without = echo_cost(plain, loop, size, times);
    const double with = echo_cost(secure, loop, size, times);
    std::printf("echo of %5zu bytes: plain %6.2f us, TLS %6.2f us\n", size, without * 1e6,
                with * 1e6);
  }
  const int times = 10 * scale;
  std::printf("handshakes a second: %.0f whole, %.0f resumed (both ends)\n",
              handshakes_per_second(served, asked, times, false),
              handshakes_per_second(served, resuming, times, true));

  const auto bytes_each = [&](const TransportFilterPtr& near, const TransportFilterPtr& far) {
    constexpr std::size_t count = 200;
    std::vector<std::unique_ptr<Pair>> all;
    all.reserve(count);
    const std::size_t before = heap();
    for (std::size_t i = 0; i < count; ++i) {
      all.push_back(std::make_unique<Pair>(loop, near, far));
      all.back()->client.send("hello");
      loop.run_ready();
    }
    return (heap() - before) / count;
  };
  const std::size_t bare = bytes_each(nullptr, nullptr);
  const std::size_t both = bytes_each(served, asked);
  std::printf("heap of two ends at rest: plain %zu bytes, TLS %zu bytes\n", bare, both);
}
