// HeadWriter: lines of a head into room that was prepared once. Layer: http, its sources only.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "weir/core/buffer.hpp"
#include "weir/core/error.hpp"
#include "weir/http/headers.hpp"

namespace weir::http {

/// Which fields a caller may not write.
struct Reserved {
  bool date = false;
  bool request = false;  // Host and Expect
};

/// What is wrong with a field that is to go out,
[[nodiscard]] weir::Status check_field(const Header& header, Reserved reserved);
/// or with its value alone, of a name that is ours.
[[nodiscard]] weir::Status check_value(std::string_view name, std::string_view value);

/// Bytes of the lines of `headers`.
[[nodiscard]] inline std::size_t size_of(std::span<const Header> headers) {
  std::size_t size = 0;
  for (const Header& header : headers) size += header.name.size() + header.value.size() + 4;
  return size;
}

class HeadWriter {
 public:
  /// `room` is enough for all that is appended.
  HeadWriter(Buffer& output, std::size_t room) : output_(output), begin_(output.prepare(room)) {
    at_ = begin_;
  }

  void text(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }
  void number(std::uint64_t value) { at_ = std::to_chars(at_, at_ + 20, value).ptr; }
  void field(std::string_view name, std::string_view value) {
    text(name);
    text(": ");
    text(value);
    text("\r\n");
  }
  weir::Status fields(std::span<const Header> headers, Reserved reserved) {
    for (const Header& header : headers) {
      if (auto status = check_field(header, reserved); !status.ok()) return status;
      field(header.name, header.value);
    }
    return {};
  }
  /// Only now the bytes are part of the output.
  void commit() { output_.commit(static_cast<std::size_t>(at_ - begin_)); }

 private:
  Buffer& output_;
  char* begin_;
  char* at_;
};

}  // namespace weir::http
