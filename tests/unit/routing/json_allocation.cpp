// What calls cost in memory: hostile ones at most, ordinary ones always.
#include <boost/test/unit_test.hpp>
#include <string>

#include "routing/json_rpc_reader.hpp"
#include "unit/framing/counting_new.hpp"
#include "unit/routing/rpc_case.hpp"

using namespace weir;
using weir::test::allocations;
using weir::test::bytes_in_use;
using weir::test::Json;

namespace {

struct Reading {
  RpcFrame read(const std::string& text) {
    const std::size_t before = allocations();
    const RpcFrame what = reader.read(text, options);
    cost = allocations() - before;
    return what;
  }

  RpcReader reader;
  JsonRpcOptions options;
  std::size_t cost = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(json_allocation)

BOOST_FIXTURE_TEST_CASE(a_hundred_thousand_arrays_cost_no_more_than_the_depth_limit, Reading) {
  const std::string arrays(100'000, '[');
  BOOST_TEST((read(arrays) == RpcFrame::no_json));
  BOOST_TEST(cost <= 64U);
  BOOST_TEST(
      (read(R"({"jsonrpc":"2.0","method":"m","id":1,"params":)" + arrays) == RpcFrame::no_json));
  BOOST_TEST(cost <= 256U);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_params_is_never_made_a_document, Reading) {
  std::string members;
  for (int i = 0; i < 10'000; ++i) members += R"("member)" + std::to_string(i) + R"(":[{"a":1}],)";
  BOOST_TEST((read("{" + members + R"("jsonrpc":"2.0","method":"m"})") == RpcFrame::call));
  BOOST_TEST(cost <= 64U);
}

BOOST_FIXTURE_TEST_CASE(a_batch_that_is_too_large_is_left_at_once, Reading) {
  std::string text = "[";
  for (int i = 0; i < 100'000; ++i) text += "{},";
  BOOST_TEST((read(text) == RpcFrame::batch_too_large));
  BOOST_TEST(cost <= 64U);
}

BOOST_FIXTURE_TEST_CASE(a_call_like_the_one_before_it_costs_nothing, Reading) {
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(
        (read(R"({"jsonrpc":"2.0","method":"a_method_with_a_name","params":[1,2,3.5],"id":1})") ==
         RpcFrame::call));
    BOOST_TEST((i == 0 || cost == 0));
  }
}

BOOST_FIXTURE_TEST_CASE(what_a_long_call_and_a_long_answer_took_is_given_back, weir::test::Rpc) {
  router.on("size", [](const Json& params) { return params.size(); });
  router.on("long", [] { return std::string(500'000, 'x'); });
  std::string numbers = "[0";
  for (int i = 0; i < 100'000; ++i) numbers += ",1";
  const std::string text(500'000, 'm');
  BOOST_TEST(call("size", "[\"" + text + "\"]") ==
             "1");  // what the loop in memory keeps for itself
  const std::size_t most = bytes_in_use() + 100'000;
  BOOST_TEST(call("size", numbers + "]") == "100001");
  BOOST_TEST(bytes_in_use() < most);
  BOOST_TEST(call(text, "[1]") == "-32601: Method not found");
  BOOST_TEST(bytes_in_use() < most);
  for (const char* first : {"m", "\\n"}) {
    BOOST_TEST(call("size", "{\"" + (first + text) + "\":1}") == "1");
    BOOST_TEST(call("size", "[\"" + (first + text) + "\"]") == "1");
    BOOST_TEST(bytes_in_use() < most);
  }
  send(R"({"jsonrpc":"2.0","method":"long","id":1})");
  bench.take_all(*peer);
  BOOST_TEST(bytes_in_use() < most);
}

BOOST_AUTO_TEST_SUITE_END()
