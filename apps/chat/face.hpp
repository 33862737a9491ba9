// Face: one way in which people see the hall: a browser, a terminal. The hall tells it, under its
// lock, so a face does not call back.
#pragma once

#include <cstdint>
#include <string_view>

#include "chat/event.hpp"

namespace weir::chat {

/// A connection; different for each of a process.
using MemberId = std::uint64_t;

class Face {
 public:
  virtual ~Face() = default;
  /// From now on `member` is told what happens in `room`. False when there is no place.
  virtual bool seat(std::string_view room, MemberId member) = 0;
  virtual void unseat(std::string_view room, MemberId member) = 0;
  /// All that are seated there.
  virtual void tell(std::string_view room, const Event& event) = 0;
  /// The same person has come again by another connection: this one is to end.
  virtual void replaced(MemberId member) = 0;
};

}  // namespace weir::chat
