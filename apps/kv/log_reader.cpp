#include "kv/log_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "kv/expire_time.hpp"

namespace weir::kv {

namespace {

constexpr std::size_t read_size = 1024 * 1024;

}  // namespace

LogReader::Outcome LogReader::wrong(std::string what) {
  mistake_ = std::move(what);
  return Outcome::mistake;
}

LogReader::Outcome LogReader::next() {
  commands_.clear();
  drop_whole();
  for (;;) {
    const std::string_view rest = view(at_, std::string::npos);
    if (!rest.empty() && rest.front() != '*') return wrong("no command begins here");
    const auto outcome = reader_.read(rest);
    if (outcome == RespCommandReader::Outcome::mistake) return wrong(reader_.mistake());
    if (outcome == RespCommandReader::Outcome::need_more) {
      if (read_more()) continue;
      return mistake_.empty() ? at_end() : Outcome::mistake;
    }
    const RespCommand& command = reader_.command();
    const std::size_t begin = at_;
    const bool opens = command.size() == 1 && same_word(command[0], "multi");
    const bool closes = command.size() == 1 && same_word(command[0], "exec");
    if (opens && together_) return wrong("MULTI inside of MULTI");
    if (closes && !together_) return wrong("EXEC without MULTI");
    at_ += reader_.consumed();
    if (opens) together_ = true;
    if (closes) together_ = false;
    if (!opens && !closes && command.size() != 0) {
      commands_.push_back({begin, reader_.consumed()});
    }
    if (together_) continue;
    whole_ = at_;
    return Outcome::piece;
  }
}

/// Makes room for what follows.
void LogReader::drop_whole() {
  if (together_ || whole_ < read_size) return;
  bytes_.erase(0, whole_);
  base_ += whole_;
  at_ -= whole_;
  whole_ = 0;
}

/// False at the end of the file, and after a mistake.
bool LogReader::read_more() {
  if (ended_) return false;
  // Of a long command a good part at once, so that it is not looked at too often.
  const std::size_t wanted = std::max(read_size, (bytes_.size() - at_) / 2);
  const std::size_t before = bytes_.size();
  bytes_.resize(before + wanted);
  ssize_t taken = -1;
  do {
    taken = ::read(file_, bytes_.data() + before, wanted);
  } while (taken < 0 && errno == EINTR);
  bytes_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(taken, 0)));
  if (taken < 0) mistake_ = "cannot be read: " + std::generic_category().message(errno);
  ended_ = taken <= 0;
  return taken > 0;
}

LogReader::Outcome LogReader::at_end() {
  if (at_ == bytes_.size() && !together_) return Outcome::end;
  if (hides_commands()) return wrong("a command that is longer than the rest of the file");
  return Outcome::torn;
}

/// Do whole commands stand to the very end in what the last, incomplete one claims for itself?
bool LogReader::hides_commands() const {
  const std::string_view rest = view(at_, std::string::npos);
  // From where a command may begin: behind a line's end.
  for (std::size_t end = rest.find("\r\n*"); end != std::string_view::npos;
       end = rest.find("\r\n*", end + 1)) {
    RespCommandReader reader;
    std::string_view hidden = rest.substr(end + 2);
    if (reader.read(hidden) == RespCommandReader::Outcome::command &&
        reader.command().size() != 0) {
      return true;
    }
  }
  return false;
}

}  // namespace weir::kv
