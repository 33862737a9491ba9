// Names of backends, and Descriptor.
#include "weir/io/backend.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>

#include "weir/io/descriptor.hpp"

namespace {

using namespace weir;

Descriptor open_null() { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }
bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) >= 0; }

}  // namespace

BOOST_AUTO_TEST_SUITE(backend)

BOOST_AUTO_TEST_CASE(every_name_makes_a_loop_of_that_name_and_asio_is_first) {
  BOOST_TEST(backends().front() == "asio");
  BOOST_TEST(backends().size() == 5U);
  for (const std::string_view name : backends()) {
    const auto loop = make_loop(name);
    BOOST_REQUIRE(loop.ok());
    BOOST_TEST(loop.value()->name() == name);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_an_error_that_lists_the_known_ones) {
  for (const std::string_view name : {"", "EPOLL", "epoll ", "memory", "uring"}) {
    const auto loop = make_loop(name);
    BOOST_REQUIRE(!loop.ok());
    BOOST_TEST(loop.error().message.find("'" + std::string(name) + "'") != std::string::npos);
    for (const std::string_view known : backends()) {
      BOOST_TEST(loop.error().message.find(known) != std::string::npos);
    }
  }
  BOOST_TEST(make_loop(std::string(100'000, 'x')).error().message.size() < 200U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(descriptor)

BOOST_AUTO_TEST_CASE(a_descriptor_is_closed_once_by_its_last_owner) {
  int number = -1;
  {
    Descriptor first = open_null();
    number = first.get();
    Descriptor second(std::move(first));
    BOOST_TEST(second.get() == number);
    first = std::move(second);
    Descriptor& same = first;
    first = std::move(same);
    BOOST_TEST(first.get() == number);
    BOOST_TEST(is_open(number));
  }
  BOOST_TEST(!is_open(number));
}

BOOST_AUTO_TEST_CASE(assigning_closes_what_was_there_before) {
  Descriptor first = open_null();
  const int number = first.get();
  first = open_null();
  BOOST_TEST(!is_open(number));
  first = Descriptor();
  BOOST_TEST(!first.valid());
}

BOOST_AUTO_TEST_CASE(a_released_descriptor_is_the_callers) {
  Descriptor owner = open_null();
  const int number = owner.release();
  BOOST_TEST(!owner.valid());
  owner.close();
  BOOST_TEST(is_open(number));
  Descriptor(number).close();
  BOOST_TEST(!is_open(number));
}

BOOST_AUTO_TEST_SUITE_END()
