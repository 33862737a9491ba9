// Reply: what a command answers, in the protocol that its client speaks.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weir/core/buffer.hpp"
#include "weir/framing/resp_writer.hpp"

namespace weir::kv {

class Reply {
 public:
  /// `protocol` is 2 or 3, and read at each call.
  Reply(Buffer& output, const int& protocol)
      : output_(output), write_(output), protocol_(protocol) {}

  void ok() { raw("+OK\r\n"); }
  void simple(std::string_view text) { write_.simple(text); }
  void error(std::string_view text) {
    ++errors_;
    write_.error(text);
  }
  void integer(std::int64_t value) { write_.integer(value); }
  void integer(std::size_t value) { write_.integer(static_cast<std::int64_t>(value)); }
  void boolean(bool value) { raw(value ? ":1\r\n" : ":0\r\n"); }
  void bulk(std::string_view bytes) { write_.bulk(bytes); }
  /// A bulk string with the digits of `value`.
  void bulk_integer(std::int64_t value);
  void null() { raw(protocol_ == 3 ? "_\r\n" : "$-1\r\n"); }
  void null_array() { raw(protocol_ == 3 ? "_\r\n" : "*-1\r\n"); }
  void array(std::size_t count) { write_.array(count); }
  void set(std::size_t count) {
    if (protocol_ == 3) {
      write_.set(count);
    } else {
      write_.array(count);
    }
  }
  void map(std::size_t pairs) {
    if (protocol_ == 3) {
      write_.map(pairs);
    } else {
      write_.array(pairs * 2);
    }
  }
  void push(std::size_t count) {
    if (protocol_ == 3) {
      write_.push(count);
    } else {
      write_.array(count);
    }
  }
  void text(std::string_view bytes) {
    if (protocol_ == 3) {
      write_.verbatim("txt", bytes);
    } else {
      write_.bulk(bytes);
    }
  }

  // Errors that many commands answer.
  void wrong_type() { error("WRONGTYPE Operation against a key holding the wrong kind of value"); }
  void syntax_error() { error("ERR syntax error"); }
  void not_integer() { error("ERR value is not an integer or out of range"); }

  /// Bytes so far, and back to so many.
  [[nodiscard]] std::size_t size() const { return output_.size(); }
  void truncate(std::size_t size) {
    if (size < output_.size()) output_.truncate(size);
  }
  /// How often error() was called.
  [[nodiscard]] std::uint64_t errors() const { return errors_; }

 private:
  void raw(std::string_view bytes) { output_.append(bytes); }

  Buffer& output_;
  RespWriter<Buffer> write_;
  const int& protocol_;
  std::uint64_t errors_ = 0;
};

inline void Reply::bulk_integer(std::int64_t value) {
  char digits[24];
  const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  bulk({digits, static_cast<std::size_t>(end - digits)});
}

}  // namespace weir::kv
