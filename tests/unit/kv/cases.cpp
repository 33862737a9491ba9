// Cases that others wrote, where they are: WEIR_TEST_DATA/resp/command-cases.json.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "unit/kv/bench.hpp"

using namespace weir::kv::test;

namespace {

const std::filesystem::path file =
    std::filesystem::path(WEIR_TEST_DATA) / "resp/command-cases.json";

boost::test_tools::assertion_result there(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result(std::filesystem::exists(file));
  result.message() << file << " is not there";
  return result;
}

/// As show() would show it, with strings and status replies alike.
std::string text_of(const nlohmann::json& value) {
  if (value.is_null()) return "nil";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text = "[";
  for (std::size_t i = 0; i < value.size(); ++i) text += (i == 0 ? "" : ", ") + text_of(value[i]);
  return text + "]";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kv_cases)

BOOST_AUTO_TEST_CASE(commands_answer_as_those_who_use_them_expect,
                     *boost::unit_test::precondition(there)) {
  std::ifstream stream(file);
  std::size_t checked = 0;
  for (const auto& each : nlohmann::json::parse(stream)) {
    Bench kv;
    const auto& commands = each["command"];
    for (std::size_t i = 0; i < commands.size(); ++i) {
      std::string reply = kv.say(commands[i].get<std::string>());
      std::erase(reply, '"');
      BOOST_TEST(reply == text_of(each["result"][i]), each["name"] << ": " << commands[i]);
      ++checked;
    }
  }
  BOOST_TEST(checked > 50U);
}

BOOST_AUTO_TEST_SUITE_END()
