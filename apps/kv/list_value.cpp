#include "kv/list_value.hpp"

#include <algorithm>
#include <utility>

namespace weir::kv {

std::unique_ptr<Object> List::copy() const {
  auto list = std::make_unique<List>();
  list->pieces_.assign(pieces_.begin() + static_cast<std::ptrdiff_t>(first_), pieces_.end());
  list->size_ = size_;
  list->bytes_ = bytes_;
  return list;
}

std::size_t List::memory() const {
  return sizeof(List) + pieces_.capacity() * sizeof(Packed) + bytes_;
}

void List::push(End end, std::string_view text) {
  if (end == End::back) {
    if (pieces_.size() == first_ || pieces_.back().bytes() + text.size() > longest_piece) {
      pieces_.emplace_back();
    }
    Packed& piece = pieces_.back();
    bytes_ -= piece.bytes();
    piece.push_back(text);
    bytes_ += piece.bytes();
  } else {
    if (pieces_.size() == first_ || pieces_[first_].bytes() + text.size() > longest_piece) {
      if (first_ == 0) {
        first_ = pieces_.size() / 2 + 1;
        pieces_.insert(pieces_.begin(), first_, Packed());
      }
      --first_;
    }
    Packed& piece = pieces_[first_];
    bytes_ -= piece.bytes();
    piece.push_front(text);
    bytes_ += piece.bytes();
  }
  ++size_;
}

std::string List::pop(End end) {
  Packed& piece = end == End::front ? pieces_[first_] : pieces_.back();
  const Packed::Position at = end == End::front ? 0 : piece.previous(piece.end());
  std::string text(piece.at(at));
  end == End::front ? drop_front(1) : drop_back(1);
  return text;
}

void List::drop_front(std::size_t count) {
  size_ -= count;
  while (count != 0) {
    Packed& piece = pieces_[first_];
    bytes_ -= piece.bytes();
    if (piece.count() <= count) {
      count -= piece.count();
      piece = {};
      ++first_;
      continue;
    }
    for (; count != 0; --count) piece.erase(0);
    bytes_ += piece.bytes();
  }
  if (first_ > pieces_.size() / 2 + 8) {
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void List::drop_back(std::size_t count) {
  size_ -= count;
  while (count != 0) {
    Packed& piece = pieces_.back();
    bytes_ -= piece.bytes();
    if (piece.count() <= count) {
      count -= piece.count();
      pieces_.pop_back();
      continue;
    }
    for (; count != 0; --count) piece.erase(piece.previous(piece.end()));
    bytes_ += piece.bytes();
  }
}

List::Place List::find(std::size_t index) const {
  if (index <= size_ / 2) {
    std::size_t piece = first_;
    for (; index >= pieces_[piece].count(); ++piece) index -= pieces_[piece].count();
    return {piece, index};
  }
  std::size_t back = size_ - index;
  std::size_t piece = pieces_.size() - 1;
  for (; back > pieces_[piece].count(); --piece) back -= pieces_[piece].count();
  return {piece, pieces_[piece].count() - back};
}

std::string_view List::at(std::size_t index) const {
  const auto [piece, inside] = find(index);
  return pieces_[piece].at(pieces_[piece].nth(inside));
}

void List::set(std::size_t index, std::string_view text) {
  const auto [place, inside] = find(index);
  Packed& piece = pieces_[place];
  bytes_ -= piece.bytes();
  piece.replace(piece.nth(inside), text);
  bytes_ += piece.bytes();
}

void List::trim(std::size_t first, std::size_t count) {
  drop_back(size_ - first - count);
  drop_front(first);
}

std::size_t List::remove(End from, std::size_t most, std::string_view text) {
  std::size_t removed = 0;
  const auto wanted = [&] { return most == 0 || removed < most; };
  const auto clean = [&](Packed& piece) {
    bytes_ -= piece.bytes();
    if (from == End::front) {
      for (Packed::Position at = 0; at != piece.end() && wanted();) {
        if (piece.at(at) == text) {
          piece.erase(at);
          ++removed;
        } else {
          at = piece.next(at);
        }
      }
    } else {
      for (Packed::Position at = piece.end(); at != 0 && wanted();) {
        at = piece.previous(at);
        if (piece.at(at) != text) continue;
        piece.erase(at);
        ++removed;
      }
    }
    bytes_ += piece.bytes();
  };
  const auto begin = pieces_.begin() + static_cast<std::ptrdiff_t>(first_);
  if (from == End::front) {
    for (auto piece = begin; piece != pieces_.end() && wanted(); ++piece) clean(*piece);
  } else {
    for (auto piece = pieces_.end(); piece != begin && wanted();) clean(*--piece);
  }
  size_ -= removed;
  pieces_.erase(
      std::remove_if(begin, pieces_.end(), [](const Packed& each) { return each.empty(); }),
      pieces_.end());
  return removed;
}

}  // namespace weir::kv
