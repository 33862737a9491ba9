#include "weir/session/output_queue.hpp"

#include <algorithm>
#include <utility>

namespace weir {

/// With room for one more, in which places of pieces that are gone are used again first.
OutputQueue::Pieces& OutputQueue::more_pieces() {
  if (pieces_ == nullptr) pieces_ = std::make_unique<Pieces>();
  Pieces& pieces = *pieces_;
  if (pieces.first > pieces.list.size() / 2) {
    pieces.list.erase(pieces.list.begin(),
                      pieces.list.begin() + static_cast<std::ptrdiff_t>(pieces.first));
    pieces.first = 0;
  }
  return pieces;
}

void OutputQueue::append(SharedBytes bytes) {
  Pieces& pieces = more_pieces();
  const std::size_t own_before = own_.size() - pieces.own_before;
  const std::size_t size = bytes.size();
  if (own_before == 0 && !pieces.list.empty() && !pieces.list.back().is_file()) {
    SharedBytes& last = pieces.list.back().shared;
    if (last.chunk == bytes.chunk && last.end == bytes.begin) {
      last.end = bytes.end;
      pieces.shared_bytes += size;
      return;
    }
  }
  pieces.list.push_back({.own_before = own_before, .shared = std::move(bytes)});
  pieces.own_before += own_before;
  pieces.shared_bytes += size;
}

void OutputQueue::append(FileRange range) {
  Pieces& pieces = more_pieces();
  const std::size_t own_before = own_.size() - pieces.own_before;
  pieces.own_before += own_before;
  pieces.file_bytes += range.length;
  pieces.list.push_back({.own_before = own_before, .range = std::move(range)});
}

std::size_t OutputQueue::gather(std::span<std::string_view> views) const {
  std::size_t used = 0;
  std::string_view own = own_.view();
  const auto give = [&](std::string_view bytes) {
    if (!bytes.empty() && used < views.size()) views[used++] = bytes;
  };
  if (pieces_ != nullptr) {
    for (std::size_t i = pieces_->first; i < pieces_->list.size() && used < views.size(); ++i) {
      const Piece& piece = pieces_->list[i];
      give(own.substr(0, piece.own_before));
      own.remove_prefix(piece.own_before);
      if (piece.is_file()) return used;
      give(piece.shared.view());
    }
  }
  give(own);
  return used;
}

const FileRange* OutputQueue::file() const {
  if (pieces_ == nullptr) return nullptr;
  const Piece& next = pieces_->list[pieces_->first];
  return next.own_before == 0 && next.is_file() ? &next.range : nullptr;
}

void OutputQueue::consume(std::size_t size) {
  if (pieces_ != nullptr) consume_pieces(size);
  own_.consume(size);
}

/// Takes from `size` what belongs to the pieces and the own bytes before them.
void OutputQueue::consume_pieces(std::size_t& size) {
  Pieces& pieces = *pieces_;
  while (pieces.first < pieces.list.size()) {
    Piece& piece = pieces.list[pieces.first];
    const std::size_t own = std::min(size, piece.own_before);
    own_.consume(own);
    piece.own_before -= own;
    pieces.own_before -= own;
    size -= own;
    if (piece.own_before != 0) return;
    if (piece.is_file()) {
      const auto sent = static_cast<std::size_t>(std::min<std::uint64_t>(size, piece.range.length));
      piece.range.offset += sent;
      piece.range.length -= sent;
      pieces.file_bytes -= sent;
      size -= sent;
      if (piece.range.length != 0) return;
      piece.range.file.reset();
    } else {
      const std::size_t shared = std::min(size, piece.shared.size());
      piece.shared.begin += shared;
      pieces.shared_bytes -= shared;
      size -= shared;
      if (piece.shared.size() != 0) return;
      piece.shared.chunk.reset();
    }
    ++pieces.first;
  }
  pieces_.reset();
}

std::size_t OutputQueue::pieces_cost() const {
  return (pieces_->list.size() - pieces_->first) * piece_cost;
}

void OutputQueue::release() {
  own_.release();
  pieces_.reset();
}

}  // namespace weir
