// The main() of every Boost.Test executable. Beside what Boost.Test's own does, it
//   - writes the test cases as CMake calls, one a line, with --list_cases=FILE (see
//   cmake/WeirTest.cmake);
//   - exits with 77, which ctest is told to count as skipped, when a precondition kept every
//   selected case from
//     running.

#include <algorithm>
#include <boost/test/tree/observer.hpp>
#include <boost/test/tree/traverse.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

namespace ut = boost::unit_test;

constexpr int skipped_exit_status = 77;

bool no_setup() { return true; }

class CaseWriter final : public ut::test_tree_visitor {
 public:
  explicit CaseWriter(std::ostream& out) : out_(out) {}

  void visit(const ut::test_case& test) override {
    const std::string path = test.full_name();
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
    if (path.find("]=====]") != std::string::npos ||
        std::any_of(path.begin(), path.end(), is_control)) {
      throw std::runtime_error("ctest cannot hold the test case name '" + path + "'");
    }
    const bool enabled = test.p_default_status == ut::test_unit::RS_ENABLED;
    out_ << "weir_test_case([=====[" << path << "]=====] " << (enabled ? "FALSE" : "TRUE") << ")\n";
    ++count_;
  }

  [[nodiscard]] int count() const { return count_; }

 private:
  std::ostream& out_;
  int count_ = 0;
};

// Writes beside `file` first: a list is whole or not there.
void list_cases(const std::string& file, char* program) {
  ut::framework::init(&no_setup, 1, &program);
  ut::framework::finalize_setup_phase();

  const std::string unfinished = file + ".tmp";
  std::ofstream out(unfinished);
  CaseWriter writer(out);
  ut::traverse_test_tree(ut::framework::master_test_suite().p_id, writer, true);
  if (writer.count() == 0) {
    throw std::runtime_error("there is no test case");
  }
  out.close();
  if (!out || std::rename(unfinished.c_str(), file.c_str()) != 0) {
    throw std::runtime_error("cannot write " + file);
  }
}

// Boost.Test also reports what the filter left out as skipped, with this reason.
constexpr std::string_view left_out = "disabled";

class RunObserver final : public ut::test_observer {
 public:
  void test_unit_start(const ut::test_unit& unit) override {
    ran_ = ran_ || unit.p_type == ut::TUT_CASE;
  }

  void test_unit_skipped(const ut::test_unit& unit, ut::const_string reason) override {
    const std::string_view why(reason.begin(), reason.size());
    if (why != left_out) {
      skipped_ = true;
      std::cout << "SKIPPED: " << unit.full_name() << ": " << why << '\n';
    }
  }

  [[nodiscard]] bool only_skipped() const { return skipped_ && !ran_; }

 private:
  bool ran_ = false;
  bool skipped_ = false;
};

}  // namespace

int main(int argc, char* argv[]) {
  constexpr std::string_view list_option = "--list_cases=";
  if (argc == 2 && std::string_view(argv[1]).starts_with(list_option)) {
    try {
      list_cases(argv[1] + list_option.size(), argv[0]);
      return 0;
    } catch (const std::exception& error) {
      std::cerr << argv[0] << ": listing the test cases failed: " << error.what() << '\n';
    }
    return 1;
  }

  RunObserver observer;
  ut::framework::register_observer(observer);
  const int status = ut::unit_test_main(&no_setup, argc, argv);
  return status == 0 && observer.only_skipped() ? skipped_exit_status : status;
}
