#include "chat/history_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "chat/packet.hpp"
#include "chat/room_log.hpp"
#include "chat/text.hpp"
#include "weir/framing/json.hpp"

namespace weir::chat {

namespace {

constexpr std::size_t longest_line = 64 * 1024;

/// All of it; false with errno set.
bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string first_line(const std::string& log) {
  return nlohmann::json{{"weir-chat", 1}, {"log", log}}.dump() + "\n";
}

/// The log that a first line names; empty where it is none.
std::string log_of(std::string_view line) {
  const auto parsed = parse_json(line, {.depth = 2});
  if (!parsed.ok() || !parsed.value().is_object()) return {};
  const nlohmann::json& value = parsed.value();
  const auto log = value.find("log");
  if (!value.contains("weir-chat") || log == value.end() || !log->is_string()) return {};
  std::string name = log->get<std::string>();
  return is_id(name) ? name : std::string();
}

/// Whether the file, which has no end of a line, can be what a crash left of our first one; or it
/// is somebody's, and not ours to cut.
bool is_torn_first_line(int file, std::uint64_t size) {
  const std::string whole = first_line(std::string(random_id().size(), '0'));
  if (size >= whole.size()) return false;
  std::string begun(size, '\0');
  if (::pread(file, begun.data(), begun.size(), 0) != static_cast<ssize_t>(size)) return false;
  return std::equal(begun.begin(), begun.end(), whole.begin(), [](char byte, char expected) {
    const bool digit = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
    return expected == '0' ? digit : byte == expected;
  });
}

/// The folder's entry is on the disk only when the folder is.
void sync_folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.valid()) ::fsync(opened.get());
}

/// Calls `each(line)` for every whole line of the file, without its end, in pieces of a buffer;
/// of a line that is too long, with an empty one. Answers the bytes up to the last line's end, -1
/// with errno set.
template <class Each>
std::int64_t walk_lines(int file, Each each) {
  std::string waiting;
  bool too_long = false;
  std::int64_t read = 0;
  std::int64_t whole = 0;
  std::vector<char> buffer(256 * 1024);
  for (;;) {
    const ssize_t got = ::pread(file, buffer.data(), buffer.size(), read);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) return whole;
    std::string_view piece(buffer.data(), static_cast<std::size_t>(got));
    for (std::size_t end = piece.find('\n'); end != std::string_view::npos;
         end = piece.find('\n')) {
      waiting.append(piece.substr(0, end));
      each(too_long || waiting.size() > longest_line ? std::string_view()
                                                     : std::string_view(waiting));
      waiting.clear();
      too_long = false;
      piece.remove_prefix(end + 1);
      whole = read + got - static_cast<std::int64_t>(piece.size());
    }
    waiting.append(piece);
    if (waiting.size() > longest_line) {
      too_long = true;
      waiting.clear();
    }
    read += got;
  }
}

}  // namespace

/// What a file holds.
struct HistoryFile::Content {
  std::string log;
  std::vector<Message> messages;
  std::uint64_t whole = 0;  // bytes up to the last line's end
  std::uint64_t kept = 0;   // bytes of the lines of `messages`
  std::uint64_t skipped = 0;
};

Error HistoryFile::failed(std::string_view what) const {
  return system_error(std::string(what) + " the history in " + path_, errno);
}

Result<HistoryFile> HistoryFile::open(const std::string& path, const Limits& limits) {
  HistoryFile history(path, limits);
  history.file_ = Descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0600));
  if (!history.file_.valid()) return history.failed("cannot open");
  const int file = history.file_.get();
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return history.failed("cannot lock");
    return Error{"another process keeps its history in " + path};
  }
  struct stat status {};
  if (::fstat(file, &status) != 0) return history.failed("cannot look at");
  if (!S_ISREG(status.st_mode)) return Error{path + " is no file to keep a history in"};

  Result<Content> content = history.read();
  if (!content.ok()) return content.error();
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const bool torn = content.value().whole == 0 && is_torn_first_line(file, size);
  if (content.value().log.empty() && size > 0 && !torn) {
    return Error{path + " is not a history of weir-chat: its first line is another"};
  }
  history.size_ = content.value().whole;
  history.cut_bytes_ = size - history.size_;
  if (history.cut_bytes_ > 0 && ::ftruncate(file, static_cast<off_t>(history.size_)) != 0) {
    return history.failed("cannot cut off a torn line of");
  }
  history.kept_ = content.value().kept;
  history.skipped_lines_ = content.value().skipped;
  history.log_ = std::move(content.value().log);
  history.messages_ = std::move(content.value().messages);
  if (history.log_.empty()) {
    history.log_ = random_id();
    if (const Status begun = history.append(first_line(history.log_)); !begun.ok()) {
      return begun.error();
    }
  }
  return history;
}

Result<HistoryFile::Content> HistoryFile::read() const {
  Content content;
  std::map<std::string, RoomLog> rooms;
  bool first = true;
  const std::int64_t whole = walk_lines(file_.get(), [&](std::string_view line) {
    if (std::exchange(first, false)) {
      content.log = log_of(line);
      return;
    }
    Result<Message> message = decode_line(line);
    if (!message.ok()) {
      ++content.skipped;
      return;
    }
    const std::string room = message.value().room;
    rooms.try_emplace(room, *limits_).first->second.add(message.take());
    if (rooms.size() <= limits_->rooms) return;
    const auto oldest =
        std::min_element(rooms.begin(), rooms.end(), [](const auto& a, const auto& b) {
          return a.second.messages().back().at < b.second.messages().back().at;
        });
    rooms.erase(oldest);
  });
  if (whole < 0) return failed("cannot read");
  content.whole = static_cast<std::uint64_t>(whole);
  for (const auto& [name, room] : rooms) {
    for (const Message& message : room.messages()) {
      content.kept += encode_line(message).size() + 1;
      content.messages.push_back(message);
    }
  }
  return content;
}

Status HistoryFile::append(std::string_view lines) {
  if (write_all(file_.get(), lines)) {
    size_ += lines.size();
    return {};
  }
  const Error error = failed("cannot write");
  // Half a line in the middle would spoil the next one. Cutting needs no space on the disk.
  if (::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) return failed("cannot cut");
  return error;
}

Status HistoryFile::compact() {
  Result<Content> content = read();
  if (!content.ok()) return content.error();
  const std::string beside = path_ + ".new";
  Descriptor fresh(::open(beside.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_APPEND, 0600));
  if (!fresh.valid()) return failed("cannot write anew");
  std::string lines = first_line(log_);
  std::uint64_t size = 0;
  bool written = ::flock(fresh.get(), LOCK_EX | LOCK_NB) == 0;
  for (const Message& message : content.value().messages) {
    lines += encode_line(message) + "\n";
    if (lines.size() < longest_line) continue;
    written = written && write_all(fresh.get(), lines);
    size += lines.size();
    lines.clear();
  }
  size += lines.size();
  written = written && write_all(fresh.get(), lines) && ::fsync(fresh.get()) == 0 &&
            ::rename(beside.c_str(), path_.c_str()) == 0;
  if (!written) {
    const Error error = failed("cannot write anew");
    ::unlink(beside.c_str());
    kept_ = size_;  // not again before it has doubled
    return error;
  }
  sync_folder(path_);
  file_ = std::move(fresh);
  size_ = size;
  kept_ = content.value().kept;
  return {};
}

Status HistoryFile::sync() {
  if (::fdatasync(file_.get()) != 0) return failed("cannot sync");
  return {};
}

}  // namespace weir::chat
