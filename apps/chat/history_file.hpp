// HistoryFile: what was said, on disk: a line of JSON for each message, appended; and a first line
// that names the order (Cursor::log).
//
//     {"weir-chat":1,"log":"0123456789abcdef..."}
//     {"at":1763800000000,"id":"...","nick":"anna","room":"lobby","seq":1,"text":"hello"}
//
// A last line without its end, which a crash leaves, is cut off. When the file is twice as long as
// what the rooms may keep of it, it is written anew, beside itself, and renamed: a crash meanwhile
// loses nothing. Blocking; used by one thread at a time. The file is locked: one process has it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "chat/limits.hpp"
#include "chat/message.hpp"
#include "weir/core/error.hpp"
#include "weir/io/descriptor.hpp"

namespace weir::chat {

class HistoryFile {
 public:
  /// Opens or makes it, and reads it. The error names the file.
  static Result<HistoryFile> open(const std::string& path, const Limits& limits);

  /// What was read that a room keeps, in its order; once.
  [[nodiscard]] std::vector<Message> take_messages() { return std::move(messages_); }
  [[nodiscard]] const std::string& log() const { return log_; }
  /// Of a torn last line.
  [[nodiscard]] std::uint64_t cut_bytes() const { return cut_bytes_; }
  /// Lines that are no messages; they stay until the file is written anew.
  [[nodiscard]] std::uint64_t skipped_lines() const { return skipped_lines_; }

  /// Whole lines, with their ends: all of them, or, on an error, none.
  Status append(std::string_view lines);
  [[nodiscard]] bool is_long() const { return size_ > 2 * kept_ + slack; }
  /// Writes it anew with what the rooms keep, and makes sure that it is on the disk.
  Status compact();
  /// What was appended is on the disk when it returns.
  Status sync();

  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  struct Content;
  /// A file that is smaller is not worth writing anew.
  static constexpr std::uint64_t slack = 64 * 1024;

  HistoryFile(std::string path, const Limits& limits) : path_(std::move(path)), limits_(&limits) {}
  [[nodiscard]] Result<Content> read() const;
  [[nodiscard]] Error failed(std::string_view what) const;

  std::string path_;
  const Limits* limits_;
  Descriptor file_;
  std::string log_;
  std::vector<Message> messages_;
  std::uint64_t size_ = 0;
  std::uint64_t kept_ = 0;  // of size_: what the rooms keep, when it was read last
  std::uint64_t cut_bytes_ = 0;
  std::uint64_t skipped_lines_ = 0;
};

}  // namespace weir::chat
