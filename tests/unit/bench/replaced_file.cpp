// A file is there whole, the old one or the new one, whatever happens while it is written.
#include "system/replaced_file.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "system/scratch_folder.hpp"

namespace {

using namespace weir::bench;
namespace fs = std::filesystem;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>{file}, {}};
}

// As a disk that is full: no file of this process grows beyond so many bytes.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t most) : ignored_before_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{most, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, ignored_before_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  void (*ignored_before_)(int);
  rlimit before_{};
};

struct Fixture {
  ScratchFolder folder;
  std::string path = folder.file("found.json");

  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder.path()), {}));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(replaced_file, Fixture)

BOOST_AUTO_TEST_CASE(a_file_is_made_and_replaced_whole) {
  BOOST_TEST(!replace_file(path, "first, and longer"));
  BOOST_TEST(content_of(path) == "first, and longer");
  BOOST_TEST(!replace_file(path, "second"));
  BOOST_TEST(content_of(path) == "second");
  BOOST_TEST(files() == 1U);
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_the_old_file_and_no_half_of_the_new_one) {
  BOOST_TEST(!replace_file(path, "the old one"));
  std::error_code error;
  {
    const SmallDisk disk(10);
    error = replace_file(path, std::string(1000, 'x'));
  }
  BOOST_TEST((error == std::errc::file_too_large));
  BOOST_TEST(content_of(path) == "the old one");
  BOOST_TEST(files() == 1U);
}

BOOST_AUTO_TEST_CASE(a_link_stays_a_link_and_the_mode_stays) {
  const std::string link = folder.file("latest.json");
  BOOST_TEST(!replace_file(path, "old"));
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("found.json", link);
  BOOST_TEST(!replace_file(link, "new"));
  BOOST_TEST(fs::is_symlink(link));
  BOOST_TEST(content_of(path) == "new");
  BOOST_TEST((fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_written_to_and_stays) {
  const std::string pipe = folder.file("pipe");
  BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  std::fstream reader(pipe, std::ios::in | std::ios::out);
  BOOST_TEST(!check_replaceable(pipe));
  BOOST_TEST(!replace_file(pipe, "through\n"));
  std::string line;
  std::getline(reader, line);
  BOOST_TEST(line == "through");
  BOOST_TEST(fs::is_fifo(pipe));
  BOOST_TEST((replace_file("/dev/full", "x") == std::errc::no_space_on_device));
}

BOOST_AUTO_TEST_CASE(whether_it_can_be_replaced_is_known_before_and_asking_changes_nothing) {
  BOOST_TEST(!check_replaceable(path));
  BOOST_TEST(files() == 0U);
  BOOST_TEST(!replace_file(path, "old"));
  BOOST_TEST(!check_replaceable(path));
  BOOST_TEST(content_of(path) == "old");
  BOOST_TEST((check_replaceable("/nowhere/at.json") == std::errc::no_such_file_or_directory));
  BOOST_TEST((replace_file("/nowhere/at.json", "x") == std::errc::no_such_file_or_directory));
  BOOST_TEST((replace_file(folder.path().string(), "x") == std::errc::is_a_directory));
}

BOOST_AUTO_TEST_SUITE_END()
