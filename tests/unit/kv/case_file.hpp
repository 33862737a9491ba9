// Cases of commands, as they stand in the files of tests/unit/kv/cases: what is said, and what
// redis-server answers. unit.kv plays them with weir-kv, integration.kv_cases with redis-server.
//
//     expire: GT and LT                    the command that the case is about, and a name; an empty
//       SET k v -> OK                      server and new connections
//       HGETALL h -> ["a"] ->3 {"a": "b"}  with RESP3 another answer
//       2: BLPOP l 0 -> nothing            by a second client
//       2: -> ["l", "x"]                   what comes without being asked for; " & " is between two
//       TIME -> ["...", "..."]             any text stands for ...
//       @ 1500                             so many milliseconds pass: redis-server is not told such
//                                          a case
//     select (ours): there is one          redis-server is not told it: it answers something else
//     # a comment
//
// Commands are written as for redis-cli, replies as bench.hpp shows them, bytes that are not ASCII
// as \x00.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace weir::kv::test {

struct CaseStep {
  int client = 1;
  std::chrono::milliseconds passes{0};  // else nothing is said
  std::string line{};                   // empty: what has come meanwhile
  std::string replies[2]{};             // with RESP2 and RESP3

  /// How many replies `text` is.
  [[nodiscard]] static std::size_t count(std::string_view text);
};

struct CommandCase {
  std::string command;  // in small letters
  std::string place;    // "strings.txt:12: a name"
  bool ours = false;
  bool takes_time = false;
  std::vector<CaseStep> steps{};

  /// Begins with the case's own command.
  [[nodiscard]] bool is_about(const CaseStep& step) const;
};

/// All files of `folder`. Throws std::runtime_error, with the line, for what is no case.
[[nodiscard]] std::vector<CommandCase> read_cases(const std::filesystem::path& folder);

/// `text` is `pattern`, with any text for each "..." in it.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view text);

/// Who the cases are played with.
class CasePlayer {
 public:
  CasePlayer() = default;
  CasePlayer(const CasePlayer&) = delete;
  CasePlayer& operator=(const CasePlayer&) = delete;
  virtual ~CasePlayer() = default;

  /// Says `line` as this client, who comes with the first one. Answers the replies, joined by
  /// " & ", "nothing" without one; `expected` says how many to wait for.
  virtual std::string say(int client, std::string_view line, std::size_t expected) = 0;
  virtual void pass(std::chrono::milliseconds time) = 0;
};

/// Checks each reply, by Boost.Test; `protocol` is 2 or 3.
void play(const CommandCase& each, int protocol, CasePlayer& player);

}  // namespace weir::kv::test
