// Hash: the value of a hash. Up to 128 fields of up to 64 bytes stand in one Packed, field, value,
// field, value; more in a Table whose entries have the fields as keys. It never goes back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "kv/entry.hpp"
#include "kv/packed.hpp"
#include "kv/table.hpp"

namespace weir::kv {

class Hash final : public Object {
 public:
  /// Redis's hash-max-listpack-entries and hash-max-listpack-value.
  static constexpr std::size_t most_packed = 128;
  static constexpr std::size_t longest_packed = 64;

  explicit Hash(const HashSeed& seed) : seed_(seed) {}

  [[nodiscard]] std::unique_ptr<Object> copy() const override;
  [[nodiscard]] std::size_t memory() const override;
  [[nodiscard]] std::size_t size() const override {
    return table_ == nullptr ? packed_.count() / 2 : table_->size();
  }
  [[nodiscard]] bool is_packed() const { return table_ == nullptr; }

  /// Valid until the next change.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view field) const;
  /// True when the field is new.
  bool set(std::string_view field, std::string_view value);
  /// False when there was none.
  bool erase(std::string_view field);
  /// Calls visit(field, value) with all of them.
  template <class Visit>
  void each(Visit visit) const {
    if (table_ != nullptr) {
      return table_->each([&](const Entry& entry) { visit(entry.key(), entry.value()); });
    }
    for (Packed::Position at = 0; at != packed_.end();) {
      const Packed::Position value = packed_.next(at);
      visit(packed_.at(at), packed_.at(value));
      at = packed_.next(value);
    }
  }
  /// As Table::scan(); a packed one is visited whole.
  template <class Visit>
  std::uint64_t scan(std::uint64_t cursor, Visit visit) const {
    if (table_ != nullptr) {
      return table_->scan(cursor, [&](const Entry& entry) { visit(entry.key(), entry.value()); });
    }
    each(visit);
    return 0;
  }

 private:
  /// The end where there is none.
  [[nodiscard]] Packed::Position find_packed(std::string_view field) const;
  void unpack();

  HashSeed seed_;
  Packed packed_;
  std::unique_ptr<Table> table_;  // nullptr: packed_ has all
  std::size_t bytes_ = 0;         // of the table's entries
};

}  // namespace weir::kv
