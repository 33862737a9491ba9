#include "kv/replay.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "kv/context.hpp"
#include "kv/log_reader.hpp"
#include "weir/io/backend.hpp"
#include "weir/io/descriptor.hpp"

namespace weir::kv {

namespace {

/// How often it says how far it is.
constexpr std::uint64_t bytes_a_line = 256 * 1024 * 1024;

/// A client without a connection, who may do everything.
class Replayer {
 public:
  Replayer(Service& service, EventLoop& loop) : service_(service), loop_(loop), client_(true) {
    client_.record = std::make_shared<ClientRecord>();
    expire_keys(false);
  }
  ~Replayer() { expire_keys(true); }
  Replayer(const Replayer&) = delete;
  Replayer& operator=(const Replayer&) = delete;

  /// Empty, or the error that the command answered.
  std::string run(const RespCommand& command) {
    output_.clear();
    Context context(service_, client_, loop_, output_, service_.clock().at(loop_.now()));
    service_.execute(context, command);
    if (context.reply.errors() == 0) return {};
    return std::string(output_.view().substr(0, output_.view().find('\r')));
  }

 private:
  void expire_keys(bool on) {
    for (std::size_t i = 0; i < service_.store().shards(); ++i) {
      service_.store().at(i).expires_keys = on;
    }
  }

  Service& service_;
  EventLoop& loop_;
  Client client_;
  Buffer output_;
};

Error refused(const std::string& path, std::uint64_t offset, const std::string& why) {
  return {path + " is damaged at byte " + std::to_string(offset) + ": " + why +
          "; it is left as it is"};
}

/// False after the error is set.
bool run_piece(Replayer& replayer, LogReader& reader, const std::string& path, Replayed& done,
               Error& error) {
  bool well = true;
  reader.each([&](const RespCommand& command, std::uint64_t offset) {
    const std::string answer = replayer.run(command);
    ++done.commands;
    if (answer.empty()) return true;
    error = refused(path, offset, "a command answers \"" + answer.substr(1) + "\"");
    return well = false;
  });
  return well;
}

}  // namespace

Result<Replayed> replay(Service& service, const std::string& path, const Log& log) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.valid()) {
    if (errno == ENOENT) return Replayed{};
    return system_error("cannot open " + path, errno);
  }
  auto loop = make_loop("poll");
  if (!loop.ok()) return loop.error();
  Replayer replayer(service, *loop.value());
  LogReader reader(file.get());
  Replayed done;
  for (auto outcome = reader.next(); outcome != LogReader::Outcome::end; outcome = reader.next()) {
    if (outcome == LogReader::Outcome::mistake) {
      return refused(path, reader.mistake_at(), reader.mistake());
    }
    if (outcome == LogReader::Outcome::torn) {
      done.torn = reader.size() - reader.whole();
      break;
    }
    Error error;
    if (!run_piece(replayer, reader, path, done, error)) return error;
    if (reader.whole() / bytes_a_line != done.size / bytes_a_line) {
      log.write(LogLevel::info, path + ": " + std::to_string(reader.whole()) + " bytes read");
    }
    done.size = reader.whole();
  }
  if (done.torn == 0) return done;
  // On the disk before anything is appended behind it.
  if (::ftruncate(file.get(), static_cast<off_t>(done.size)) != 0 || ::fsync(file.get()) != 0) {
    return system_error("cannot cut off the torn end of " + path, errno);
  }
  log.write(LogLevel::warning,
            path + " ends in the middle of a command: " + std::to_string(done.torn) +
                " bytes from byte " + std::to_string(done.size) + " on are cut off");
  return done;
}

}  // namespace weir::kv
