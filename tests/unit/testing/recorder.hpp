// A transport of a MemoryLoop, the test's end of it, and a Sink that writes down what it is told.
#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/testing/memory_loop.hpp"

namespace weir::test {

/// "bytes hello", "end", "writable", "closed 104".
class Recorder final : public Sink {
 public:
  void on_bytes(std::string_view bytes) override { tell("bytes " + std::string(bytes)); }
  void on_end() override { tell("end"); }
  void on_writable() override { tell("writable"); }
  void on_closed(int error) override { tell("closed " + std::to_string(error)); }

  void expect(const std::vector<std::string>& expected) const {
    BOOST_TEST(told == expected, boost::test_tools::per_element());
  }

  std::vector<std::string> told;
  std::function<void(const std::string&)> on_call;

 private:
  void tell(std::string call) {
    told.push_back(std::move(call));
    if (on_call) on_call(told.back());
  }
};

struct Wire {
  explicit Wire(testing::Faults faults = {}) : loop(faults) {
    auto [near, far] = loop.transport_and_peer();
    transport = std::move(near);
    peer = far;
    transport->start(sink);
  }
  std::size_t write(std::string_view bytes) const { return transport->write({&bytes, 1}); }

  testing::MemoryLoop loop;
  Recorder sink;
  TransportPtr transport;
  testing::Peer peer;
};

}  // namespace weir::test
