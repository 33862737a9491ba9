#include "kv/packed.hpp"

#include <cstring>

namespace weir::kv {

namespace {

constexpr char long_mark = static_cast<char>(255);

std::uint32_t number_at(const char* bytes) {
  std::uint32_t number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

}  // namespace

std::size_t Packed::size_at(Position position) const {
  const char mark = data_[position];
  if (mark != long_mark) return static_cast<unsigned char>(mark);
  return number_at(data_.data() + position + 1);
}

std::string_view Packed::at(Position position) const {
  const std::size_t size = size_at(position);
  return {data_.data() + position + mark_size(size), size};
}

Packed::Position Packed::next(Position position) const {
  const std::size_t size = size_at(position);
  return position + size + 2 * mark_size(size);
}

Packed::Position Packed::previous(Position position) const {
  const char mark = data_[position - 1];
  const std::size_t size =
      mark != long_mark ? static_cast<unsigned char>(mark) : number_at(data_.data() + position - 5);
  return position - size - 2 * mark_size(size);
}

Packed::Position Packed::nth(std::size_t index) const {
  if (index >= count_) return end();
  if (index > count_ / 2) {
    Position position = end();
    for (std::size_t back = count_ - index; back != 0; --back) position = previous(position);
    return position;
  }
  Position position = 0;
  for (; index != 0; --index) position = next(position);
  return position;
}

std::string Packed::packed(std::string_view text) {
  std::string bytes;
  const auto size = static_cast<std::uint32_t>(text.size());
  char digits[sizeof size];
  std::memcpy(digits, &size, sizeof size);
  const bool is_long = mark_size(size) != 1;
  bytes.reserve(text.size() + 2 * mark_size(size));
  if (is_long) bytes.append(1, long_mark).append(digits, sizeof digits);
  if (!is_long) bytes.append(1, static_cast<char>(size));
  bytes.append(text);
  if (is_long) bytes.append(digits, sizeof digits).append(1, long_mark);
  if (!is_long) bytes.append(1, static_cast<char>(size));
  return bytes;
}

void Packed::insert(Position position, std::string_view text) {
  data_.insert(position, packed(text));
  ++count_;
}

void Packed::erase(Position position) {
  data_.erase(position, next(position) - position);
  --count_;
}

void Packed::replace(Position position, std::string_view text) {
  data_.replace(position, next(position) - position, packed(text));
}

}  // namespace weir::kv
