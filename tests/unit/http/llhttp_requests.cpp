// The requests of llhttp's test suite, where they are: each is taken or refused as its file says,
// or else stands in the table of differences. They lie beside the project, not in it:
// nodejs/llhttp, test/request, MIT licence.
//
//     ### Title
//     <!-- meta={"type": "request"} -->
//     ```http             the bytes: a line's end means CRLF, \r \n \t \f and \xHH what they do in
//     C
//     ```
//     ```log              what a strict parser reports
//     ```
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "http/bytes.hpp"
#include "unit/http/request_script.hpp"

using namespace weir;
using weir::test::read_pieces;
using weir::test::read_requests;
using weir::test::Requests;

namespace {

std::filesystem::path folder() {
  const char* const data = std::getenv("WEIR_TEST_DATA");
  return std::filesystem::path(data != nullptr ? data : WEIR_TEST_DATA) / "http-requests";
}

struct HasData {
  boost::test_tools::assertion_result operator()(boost::unit_test::test_unit_id) const {
    boost::test_tools::assertion_result there(std::filesystem::is_directory(folder()));
    there.message() << "no folder " << folder() << "; WEIR_TEST_DATA says where it is";
    return there;
  }
};

struct Case {
  std::string name;  // file and title
  std::string type;
  std::string bytes;
  std::string log;
};

/// A case that we answer otherwise, on purpose.
struct Difference {
  std::string_view name;
  unsigned status;  // that we refuse it with; 0 where we take it
  std::string_view rule;
};

constexpr Difference differences[] = {
    {"connection.md: No restart when keep-alive is off (1.0)", 0,
     "RFC 9112, 9.6: what follows the last request is not read, so it is no mistake"},
    {"connection.md: CRLF between requests, explicit `close`", 0, "RFC 9112, 9.6, the same"},
    {"connection.md: CRLF between requests, explicit `close` followed by tab", 0,
     "RFC 9112, 9.6, the same"},
    {"content-length.md: Content-Length reset when no body is received", 0,
     "RFC 9112, 6.2: there is a body; the file's parser is told that there is none"},
    {"invalid.md: HTTP protocol and ANNOUNCE method", 0,
     "RFC 9110, 9.1: a method is any token; who serves it knows which there are"},
    {"invalid.md: Invalid method", 0, "RFC 9110, 9.1, the same"},
    {"method.md: CONNECT with body", 400, "RFC 9110, 9.3.6: CONNECT has no content"},
    {"method.md: M-SEARCH request", 400, "RFC 9112, 3.2.4: asterisk-form is for OPTIONS alone"},
    {"method.md: SOURCE request with ICE", 400, "RFC 9112, 2.3: the version begins with HTTP"},
    {"method.md: OPTIONS request with RTSP", 400, "RFC 9112, 2.3, the same"},
    {"method.md: ANNOUNCE request with RTSP", 400, "RFC 9112, 2.3, the same"},
    {"sample.md: No HTTP version", 400, "RFC 9112, 3: a request line has a version"},
    {"transfer-encoding.md: POST with `chunked` as last transfer-encoding", 400,
     "RFC 9112, 3.2: a request target has no fragment"},
    {"transfer-encoding.md: POST with `chunked` as last transfer-encoding (multiple headers)", 400,
     "RFC 9112, 3.2, the same"},
    {"uri.md: Fragment in URI", 400, "RFC 9112, 3.2, the same"},
    {"uri.md: `host:port` and basic auth", 400,
     "RFC 9110, 4.2.4: user information is treated as an error"},
};

const Difference* difference_of(std::string_view name) {
  const auto* const found = std::find_if(std::begin(differences), std::end(differences),
                                         [&](const Difference& each) { return each.name == name; });
  return found == std::end(differences) ? nullptr : found;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

/// What a block of the file means.
std::string bytes_of(std::string block) {
  if (block.ends_with('\n')) block.pop_back();
  replace_all(block, "\\\n", "");
  replace_all(block, "\n", "\r\n");
  replace_all(block, "\\r", "\r");
  replace_all(block, "\\n", "\n");
  replace_all(block, "\\t", "\t");
  replace_all(block, "\\f", "\f");
  for (std::size_t at = 0; (at = block.find("\\x", at)) != std::string::npos; ++at) {
    std::size_t end = at + 2;
    while (end < block.size() && http::bytes::is(http::bytes::hex_digit, block[end])) ++end;
    const int code = std::stoi(block.substr(at + 2, end - at - 2), nullptr, 16);
    block.replace(at, end - at, 1, static_cast<char>(code));
  }
  return block;
}

std::vector<Case> cases_of(const std::filesystem::path& path) {
  std::vector<Case> cases;
  std::ifstream file(path);
  std::string* block = nullptr;
  std::string title;
  std::string type;
  for (std::string line; std::getline(file, line);) {
    if (line == "```") {
      block = nullptr;
    } else if (line == "```http") {
      cases.push_back({path.filename().string() + ": " + title, type, {}, {}});
      block = &cases.back().bytes;
    } else if (line == "```log") {
      block = &cases.back().log;
    } else if (block != nullptr) {
      block->append(line).append("\n");
    } else if (line.starts_with("#")) {
      title = line.substr(line.find_first_not_of("# "));
    } else if (line.starts_with("<!-- meta=")) {
      const std::size_t begin = line.find('"', line.find(':')) + 1;
      type = line.substr(begin, line.find('"', begin) - begin);
    }
  }
  for (Case& each : cases) each.bytes = bytes_of(std::move(each.bytes));
  return cases;
}

std::vector<Case> all_cases() {
  std::set<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder()))
    paths.insert(entry.path());
  std::vector<Case> cases;
  for (const auto& path : paths) {
    const std::vector<Case> more = cases_of(path);
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

struct Expected {
  bool refused = false;
  /// Behind the first message comes another protocol.
  bool handed_over = false;
  std::size_t heads = 0;
  std::size_t completed = 0;
  std::string bodies;
};

Expected expected_of(const std::string& log) {
  Expected expected;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const auto has = [&](std::string_view text) { return line.find(text) != std::string::npos; };
    if (has(" headers complete ")) ++expected.heads;
    if (has(" message complete")) ++expected.completed;
    if (has(" error code=22 ")) {
      expected.handed_over = true;
    } else if (has(" error code=")) {
      expected.refused = true;
    }
    if (has(" span[body]=cr")) expected.bodies += '\r';
    if (has(" span[body]=lf")) expected.bodies += '\n';
    if (const std::size_t begin = line.find(" span[body]=\""); begin != std::string::npos) {
      expected.bodies += line.substr(begin + 13, line.size() - begin - 14);
    }
  }
  return expected;
}

/// Every head of 1.1 without Host gets one: llhttp leaves that to its user.
std::string with_hosts(std::string bytes) {
  constexpr std::string_view version = " HTTP/1.1\r\n";
  for (std::size_t at = 0; (at = bytes.find(version, at)) != std::string::npos;) {
    at += version.size();
    std::string head = bytes.substr(at - 2, bytes.find("\r\n\r\n", at - 2) - at + 2);
    std::transform(head.begin(), head.end(), head.begin(), http::bytes::lower);
    if (head.find("\r\nhost:") == std::string::npos) bytes.insert(at, "Host: added.example\r\n");
  }
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(llhttp_requests, *boost::unit_test::precondition(HasData()))

BOOST_AUTO_TEST_CASE(each_is_taken_or_refused_as_its_file_says) {
  std::set<std::string_view> unused;
  for (const Difference& each : differences) unused.insert(each.name);
  std::size_t compared = 0;
  for (const Case& each : all_cases()) {
    BOOST_TEST_CONTEXT(each.name) {
      const std::string bytes = with_hosts(each.bytes);
      const Requests read = read_requests(bytes);
      // What a lenient parser is told to let pass says nothing about a strict one.
      if (each.type != "request") continue;
      ++compared;
      const unsigned status = read.status == http::Status::ok ? 0 : code_of(read.status);
      if (const Difference* difference = difference_of(each.name); difference != nullptr) {
        BOOST_TEST(status == difference->status,
                   difference->rule << "; is " << status << " " << read.reason);
        unused.erase(difference->name);
        continue;
      }
      const Expected expected = expected_of(each.log);
      if (expected.handed_over) {
        BOOST_TEST(read.completed >= 1U, read.reason);
        continue;
      }
      BOOST_TEST((status != 0) == expected.refused, "is " << status << " " << read.reason);
      if (expected.refused || status != 0) continue;
      BOOST_TEST(read.heads == expected.heads);
      BOOST_TEST(read.completed == expected.completed);
      BOOST_TEST(read.bodies == expected.bodies);
    }
  }
  BOOST_TEST(compared > 100U);
  for (const std::string_view name : unused) BOOST_TEST(false, "no such case: " << name);
}

// RFC 9112, section 3.2: a server must answer 400.
BOOST_AUTO_TEST_CASE(each_of_1_1_is_refused_without_host) {
  std::size_t compared = 0;
  for (const Case& each : all_cases()) {
    const std::size_t end = each.bytes.find("\r\n");
    const bool newer = each.bytes.substr(0, end).ends_with(" HTTP/1.1");
    if (!newer || with_hosts(each.bytes).find("Host: added.example") != end + 2) continue;
    ++compared;
    BOOST_TEST_CONTEXT(each.name) {
      const Requests read = read_pieces({each.bytes});
      BOOST_TEST(read.heads == 0U);
    }
  }
  BOOST_TEST(compared > 50U);
}

BOOST_AUTO_TEST_SUITE_END()
