// Range requests: which bytes of a whole are asked for (RFC 9110, section 14). Layer: http.
//
//     bytes=0-499        the first 500        bytes=500-        all but those
//     bytes=-500         the last 500         bytes=0-0,-1      the first and the last
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weir::http {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  // at least 1
};

class Ranges {
 public:
  /// More are not taken: the whole is cheaper to answer (section 14.2).
  static constexpr std::size_t most = 8;

  enum class Kind : std::uint8_t {
    whole,          // there is no range, or none that is honoured: answer 200 with all
    parts,          // answer 206 with list()
    unsatisfiable,  // answer 416 with content_range_of_none()
  };

  [[nodiscard]] Kind kind() const { return kind_; }
  /// 1 to `most`, in the order asked for; none overlaps another.
  [[nodiscard]] std::span<const ByteRange> list() const { return {list_.data(), count_}; }

 private:
  friend Ranges parse_ranges(std::string_view value, std::uint64_t size);

  std::array<ByteRange, most> list_{};
  std::size_t count_ = 0;
  Kind kind_ = Kind::whole;
};

/// Which parts of `size` bytes the value of a Range field asks for. For GET alone, and only where
/// range_applies() (conditions.hpp). Ignored, as section 14.2 lets a server: a unit but bytes, what
/// is mistaken, more than Ranges::most, parts that overlap. A part that begins behind the end is
/// dropped; if that leaves none, unsatisfiable.
[[nodiscard]] Ranges parse_ranges(std::string_view value, std::uint64_t size);

/// `bytes 0-499/1234`, for the Content-Range field of 206.
[[nodiscard]] std::string content_range(ByteRange range, std::uint64_t size);
/// `bytes */1234`, for that of 416.
[[nodiscard]] std::string content_range_of_none(std::uint64_t size);

}  // namespace weir::http
