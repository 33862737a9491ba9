// Headers: the fields of one message, as views into its bytes. Layer: http.
// Owned by a head, or by who writes a response; not thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace weir::http {

/// One field line. A parsed one has a token as its name and no blanks around its value.
struct Header {
  std::string_view name;
  std::string_view value;
};

/// The names of fields do not differ by case (RFC 9110, section 5.1). ASCII alone is folded.
[[nodiscard]] bool same_name(std::string_view one, std::string_view other);

/// In the order of their coming; a name may be there several times. Its room is kept when it is
/// cleared, so that a list that is used again asks for no memory. The parser that fills it knows
/// the bound: Limits::headers.
class Headers {
 public:
  /// Room for as many is there from the start.
  static constexpr std::size_t usual = 64;

  Headers() { list_.reserve(usual); }

  [[nodiscard]] std::size_t size() const { return list_.size(); }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] auto begin() const { return list_.begin(); }
  [[nodiscard]] auto end() const { return list_.end(); }
  [[nodiscard]] const Header& operator[](std::size_t index) const { return list_[index]; }
  operator std::span<const Header>() const { return list_; }

  /// The first with that name, or nullptr. Valid until the list changes.
  [[nodiscard]] const Header* find(std::string_view name) const;
  /// The value of the first with that name; empty when there is none.
  [[nodiscard]] std::string_view value(std::string_view name) const {
    const Header* header = find(name);
    return header == nullptr ? std::string_view() : header->value;
  }
  /// How many have that name.
  [[nodiscard]] std::size_t count(std::string_view name) const;

  void add(std::string_view name, std::string_view value) { list_.push_back({name, value}); }
  void clear() { list_.clear(); }

  /// Points every view that lies in the bytes at `from` to the same place in those at `to`.
  void rebase(const char* from, const char* to);

 private:
  std::vector<Header> list_;
};

}  // namespace weir::http
