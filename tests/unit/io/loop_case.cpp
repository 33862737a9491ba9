#include "unit/io/loop_case.hpp"

#include <stdexcept>

namespace weir::test {

namespace {

void post_rounds(EventLoop& loop, int& left) {
  if (--left <= 0) return loop.stop();
  loop.post([&loop, &left] { post_rounds(loop, left); });
}

TransportPtr adopt(EventLoop& loop, Descriptor socket) {
  auto adopted = loop.adopt({std::move(socket), loopback(1), nullptr});
  if (!adopted.ok()) throw std::runtime_error(adopted.error().message);
  return adopted.take();
}

}  // namespace

void run_rounds(EventLoop& loop, int count) {
  int left = count;
  post_rounds(loop, left);
  while (left > 0) loop.run();  // what happens meanwhile may stop it, too
}

Wire::Wire(EventLoop& loop, std::pair<Descriptor, Descriptor> ends)
    : peer(std::move(ends.first)), sink(loop), transport(adopt(loop, std::move(ends.second))) {}

LoopCase::LoopCase(const char* name, const char* file, std::size_t line, void (*body)(EventLoop&)) {
  namespace ut = boost::unit_test;
  ut::test_suite& all = ut::framework::master_test_suite();
  for (const std::string_view backend : {"asio", "select", "poll", "epoll", "spin"}) {
    const std::string suite_name(backend);
    if (all.get(suite_name) == ut::INV_TEST_UNIT_ID) all.add(BOOST_TEST_SUITE(suite_name));
    ut::framework::get<ut::test_suite>(all.get(suite_name))
        .add(ut::make_test_case(
            [backend, body] {
              auto loop = make_loop(backend);
              BOOST_REQUIRE(loop.ok());
              body(*loop.value());
            },
            name, file, line));
  }
}

}  // namespace weir::test
