// The keyed hash, and the table that is made of it.
#include "kv/siphash.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "kv/table.hpp"

using namespace weir::kv;

namespace {

/// The bytes 0, 1, ... 15 as the key of the paper's test vectors.
constexpr HashSeed paper_seed{0x0706050403020100, 0x0f0e0d0c0b0a0908};

std::string counting(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i);
  return bytes;
}

std::string name(std::size_t i) { return "key:" + std::to_string(i); }

void fill(Table& table, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    const std::string key = name(i);
    table.insert(Entry::make(key, key), table.hash(key));
  }
}

void take(Table& table, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    const std::string key = name(i);
    Entry::destroy(table.take(key, table.hash(key)));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kv_hashing)

BOOST_AUTO_TEST_CASE(siphash_answers_what_its_paper_says) {
  // Appendix A, and the first lines of vectors.h of the reference implementation.
  BOOST_TEST(siphash24(paper_seed, counting(15)) == 0xa129ca6149be45e5);
  BOOST_TEST(siphash24(paper_seed, counting(0)) == 0x726fdb47dd0e0e31);
  BOOST_TEST(siphash24(paper_seed, counting(1)) == 0x74f839c593dc67fd);
  BOOST_TEST(siphash24(paper_seed, counting(8)) == 0x93f5f5799a932462);
}

BOOST_AUTO_TEST_CASE(siphash_depends_on_its_key_and_on_every_byte) {
  std::set<std::uint64_t> seen;
  for (std::size_t size = 0; size < 40; ++size) seen.insert(siphash13(paper_seed, counting(size)));
  seen.insert(siphash13({1, 2}, counting(0)));
  std::string changed = counting(39);
  changed[20] = 'x';
  seen.insert(siphash13(paper_seed, changed));
  BOOST_TEST(seen.size() == 42U);
  BOOST_TEST(HashSeed::random().first != HashSeed::random().first);
}

BOOST_AUTO_TEST_CASE(a_table_finds_what_it_has_while_it_grows_and_shrinks) {
  Table table(paper_seed);
  constexpr std::size_t most = 20'000;
  for (std::size_t i = 0; i < most; ++i) {
    fill(table, i, i + 1);
    const std::string early = name(i / 2);
    BOOST_REQUIRE(table.find(early, table.hash(early)) != nullptr);
  }
  BOOST_TEST(table.size() == most);
  take(table, 100, most);
  BOOST_TEST(table.size() == 100U);
  while (table.rehash(100)) {
  }
  BOOST_TEST(table.memory() < 100U * 64);
  for (std::size_t i = 0; i < most; ++i) {
    const std::string key = name(i);
    BOOST_REQUIRE((table.find(key, table.hash(key)) != nullptr) == (i < 100));
  }
}

BOOST_AUTO_TEST_CASE(a_table_takes_about_twelve_bytes_an_entry_beside_them) {
  Table table(paper_seed);
  fill(table, 0, 100'000);
  while (table.rehash(100)) {
  }
  BOOST_TEST(table.memory() / 100'000 <= 24U);
}

BOOST_AUTO_TEST_CASE(a_scan_sees_all_that_stays_whatever_the_table_does_meanwhile) {
  for (const bool grows : {true, false}) {
    Table table(paper_seed);
    fill(table, 0, 3000);
    std::set<std::string> seen;
    std::uint64_t cursor = 0;
    std::size_t step = 0;
    do {
      cursor = table.scan(cursor, [&](Entry& entry) { seen.emplace(entry.key()); });
      if (grows && step < 2000) fill(table, 3000 + step * 4, 3004 + step * 4);
      if (!grows && step < 290) take(table, 100 + step * 10, 110 + step * 10);
      ++step;
    } while (cursor != 0);
    for (std::size_t i = 0; i < (grows ? 3000U : 100U); ++i) BOOST_TEST(seen.count(name(i)) == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_sample_reaches_every_entry) {
  Table table(paper_seed);
  BOOST_TEST(table.sample(1) == nullptr);
  fill(table, 0, 50);
  std::set<std::string> seen;
  std::uint64_t random = 88172645463325252;
  for (int i = 0; i < 5000; ++i) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    seen.emplace(table.sample(random)->key());
  }
  BOOST_TEST(seen.size() == 50U);
}

BOOST_AUTO_TEST_SUITE_END()
