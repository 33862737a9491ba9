// Comparisons for the tests of weir-bench: small, and each figure chosen.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "compare/comparison.hpp"

namespace weir::bench::testing {

// By its name, as the suites name them.
inline Role role_of_name(const std::string& name) {
  if (name.starts_with("weir")) return Role::weir;
  return name.starts_with("C ") ? Role::floor : Role::peer;
}

inline Entry entry_of(std::string name, std::vector<double> rounds,
                      std::vector<double> ratios = {}) {
  Entry entry;
  entry.name = std::move(name);
  entry.role = role_of_name(entry.name);
  entry.command = {"weir-echo", "--name", entry.name};
  entry.rounds = std::move(rounds);
  entry.ratios = std::move(ratios);
  return entry;
}

inline Entry skipped_entry(std::string name, std::string why) {
  Entry entry;
  entry.name = std::move(name);
  entry.role = role_of_name(entry.name);
  entry.skipped = std::move(why);
  return entry;
}

inline Row row_of(std::string id, Figure figure, std::vector<Entry> entries) {
  Row row;
  row.id = std::move(id);
  row.suite = "peers";
  row.chart = "Chart of " + row.id;
  row.title = "Row " + row.id;
  row.what = "Bytes go there and back.";
  row.figure = figure;
  row.per = "message";
  row.base = "C epoll";
  row.command = "weir-bench compare peers --only " + row.id;
  row.entries = std::move(entries);
  return row;
}

inline Comparison comparison_of(std::vector<Row> rows) {
  Comparison comparison;
  comparison.suite = "peers";
  comparison.started = "2026-11-22T12:00:00Z";
  comparison.seconds = 61.5;
  comparison.command = "weir-bench compare peers";
  comparison.machine = {{"CPU", "a processor"}, {"kernel", "6.1"}};
  comparison.settings = {{"rounds", "7"}};
  comparison.rows = std::move(rows);
  return comparison;
}

// A file of the test's own, gone with it.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& text) {
    static int made = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("weir-bench-test-" + std::to_string(::getpid()) + "-" + std::to_string(made++));
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~ScratchFile() { std::filesystem::remove(path_); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace weir::bench::testing
