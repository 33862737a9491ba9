// Commands and replies that others wrote down, where they are: each goes out and comes back.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "unit/framing/script.hpp"
#include "weir/framing/resp.hpp"
#include "weir/framing/resp_reader.hpp"
#include "weir/framing/resp_writer.hpp"

using namespace weir;
namespace ut = boost::unit_test;

namespace {

std::filesystem::path cases_file() {
  const char* const data = std::getenv("WEIR_TEST_DATA");
  return std::filesystem::path(data != nullptr ? data : WEIR_TEST_DATA) / "resp/command-cases.json";
}

boost::test_tools::assertion_result cases_exist(ut::test_unit_id) {
  boost::test_tools::assertion_result there(std::filesystem::exists(cases_file()));
  if (!there) there.message() << "no file " << cases_file() << "; WEIR_TEST_DATA says where it is";
  return there;
}

void write_value(RespWriter<std::string>& write, const nlohmann::json& value) {
  if (value.is_array()) {
    write.array(value.size());
    for (const auto& each : value) write_value(write, each);
  } else if (value.is_number()) {
    write.integer(value.get<std::int64_t>());
  } else if (value.is_string()) {
    write.bulk(value.get<std::string>());
  } else {
    write.null_bulk();
  }
}

nlohmann::json read_value(RespReader& read) {
  const RespItem item = read.next().value();
  if (item.type == RespType::integer) return item.integer;
  if (item.type == RespType::null) return nullptr;
  if (item.type == RespType::bulk) return std::string(item.text);
  nlohmann::json array = nlohmann::json::array();
  for (std::size_t i = 0; i < item.count; ++i) array.push_back(read_value(read));
  return array;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(resp_data)

BOOST_AUTO_TEST_CASE(commands_and_replies_of_a_compatibility_suite_come_back,
                     *ut::precondition(cases_exist)) {
  std::ifstream file(cases_file());
  const nlohmann::json cases = nlohmann::json::parse(file);
  BOOST_TEST(cases.size() >= 40U);
  RespArguments read;
  for (const auto& each : cases) {
    for (const auto& line : each.at("command")) {
      std::vector<std::string> words;
      std::istringstream split(line.get<std::string>());
      for (std::string word; split >> word;) words.push_back(word);
      std::string command;
      RespWriter write(command);
      write.array(words.size());
      for (const std::string& word : words) write.bulk(word);
      for (const std::string& form : {command, line.get<std::string>() + "\r\n"}) {
        test::expect_frames(resp_commands(), form, {form});
        BOOST_REQUIRE(read.read(form));
        BOOST_REQUIRE(read.size() == words.size());
        for (std::size_t i = 0; i < words.size(); ++i) BOOST_TEST(read[i] == words[i]);
      }
    }
    std::string replies;
    RespWriter write(replies);
    write_value(write, each.at("result"));
    test::expect_frames(resp_replies(), replies, {replies});
    RespReader back(replies);
    BOOST_TEST(read_value(back) == each.at("result"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
