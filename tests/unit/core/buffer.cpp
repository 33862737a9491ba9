// The buffer: what is appended comes out in order, whatever was consumed in between.
#include "weir/core/buffer.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <limits>
#include <new>
#include <random>
#include <string>
#include <utility>

using namespace weir;

BOOST_AUTO_TEST_SUITE(buffer)

BOOST_AUTO_TEST_CASE(a_new_buffer_owns_no_memory) {
  const Buffer buffer;
  BOOST_TEST(buffer.empty());
  BOOST_TEST(buffer.size() == 0U);
  BOOST_TEST(buffer.capacity() == 0U);
  BOOST_TEST(buffer.view() == "");
}

BOOST_AUTO_TEST_CASE(appending_nothing_takes_no_memory) {
  Buffer buffer;
  buffer.append("");
  buffer.append({});
  BOOST_TEST(buffer.capacity() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_appended_is_consumed_in_the_same_order) {
  Buffer buffer;
  buffer.append("one");
  buffer.push_back(' ');
  buffer.append("two");
  BOOST_TEST(buffer.view() == "one two");
  buffer.consume(4);
  BOOST_TEST(buffer.view() == "two");
  buffer.append("!");
  BOOST_TEST(buffer.view() == "two!");
  BOOST_TEST(buffer.size() == 4U);
}

BOOST_AUTO_TEST_CASE(consuming_all_makes_the_whole_block_writable_again) {
  Buffer buffer;
  buffer.append(std::string(300, 'x'));
  const std::size_t capacity = buffer.capacity();
  const char* block = buffer.view().data();
  buffer.consume(300);
  BOOST_TEST(buffer.empty());
  BOOST_TEST((buffer.prepare(capacity) == block));
  BOOST_TEST(buffer.capacity() == capacity);
}

BOOST_AUTO_TEST_CASE(prepared_room_counts_only_when_it_is_committed) {
  Buffer buffer;
  buffer.append("a");
  char* room = buffer.prepare(100);
  room[0] = 'b';
  room[1] = 'c';
  BOOST_TEST(buffer.view() == "a");
  buffer.commit(2);
  BOOST_TEST(buffer.view() == "abc");
}

BOOST_AUTO_TEST_CASE(a_stream_through_a_small_backlog_needs_a_small_block) {
  Buffer buffer;
  for (int i = 0; i < 100'000; ++i) {
    buffer.append("0123456789");
    if (i >= 5) buffer.consume(10);
  }
  BOOST_TEST(buffer.size() == 50U);
  BOOST_TEST(buffer.capacity() <= 512U);
}

BOOST_AUTO_TEST_CASE(a_buffer_that_stays_nearly_full_is_not_moved_at_every_byte) {
  Buffer buffer;
  buffer.append(std::string(100'000, 'x'));
  int moves = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    buffer.consume(1);
    const char* before = buffer.view().data();
    buffer.push_back('y');
    if (buffer.view().data() != before) ++moves;
  }
  BOOST_TEST(moves <= 20);
  BOOST_TEST(buffer.size() == 100'000U);
  BOOST_TEST(buffer.capacity() <= 400'000U);
}

BOOST_AUTO_TEST_CASE(truncating_drops_what_came_last) {
  Buffer buffer;
  buffer.append("xxkeep drop");
  buffer.consume(2);
  buffer.truncate(4);
  BOOST_TEST(buffer.view() == "keep");
  buffer.append("!");
  BOOST_TEST(buffer.view() == "keep!");
  buffer.truncate(0);
  BOOST_TEST(buffer.empty());
}

BOOST_AUTO_TEST_CASE(clearing_keeps_the_block_and_releasing_gives_it_back) {
  Buffer buffer;
  buffer.append("text");
  buffer.clear();
  BOOST_TEST(buffer.empty());
  BOOST_TEST(buffer.capacity() > 0U);
  buffer.append("text");
  buffer.release();
  BOOST_TEST(buffer.empty());
  BOOST_TEST(buffer.capacity() == 0U);
  buffer.append("again");
  BOOST_TEST(buffer.view() == "again");
}

BOOST_AUTO_TEST_CASE(moving_takes_bytes_and_block_along) {
  Buffer from;
  from.append("text");
  Buffer to = std::move(from);
  BOOST_TEST(to.view() == "text");
  Buffer third;
  third.append("other");
  third = std::move(to);
  BOOST_TEST(third.view() == "text");
  Buffer& same = third;
  third = std::move(same);
  BOOST_TEST(third.view() == "text");
}

BOOST_AUTO_TEST_CASE(a_size_that_no_memory_has_is_refused_and_nothing_is_lost) {
  Buffer buffer;
  buffer.append("text");
  for (const std::size_t size :
       {std::numeric_limits<std::size_t>::max(), std::numeric_limits<std::size_t>::max() / 2,
        std::numeric_limits<std::size_t>::max() - 4}) {
    BOOST_CHECK_THROW(static_cast<void>(buffer.prepare(size)), std::bad_alloc);
  }
  BOOST_TEST(buffer.view() == "text");
}

BOOST_AUTO_TEST_CASE(it_does_whatever_a_string_does) {
  std::mt19937 random(6);
  Buffer buffer;
  std::string model;
  for (int i = 0; i < 20'000; ++i) {
    const std::size_t size = random() % 700;
    switch (random() % 5) {
      case 0:
      case 1: {
        const std::string bytes(size, static_cast<char>('a' + i % 26));
        buffer.append(bytes);
        model += bytes;
        break;
      }
      case 2:
      case 3: {
        const std::size_t some = std::min(size, model.size());
        buffer.consume(some);
        model.erase(0, some);
        break;
      }
      default:
        buffer.truncate(model.size() / 2);
        model.resize(model.size() / 2);
    }
    BOOST_REQUIRE(buffer.view() == model);
  }
}

BOOST_AUTO_TEST_SUITE_END()
