// The seam of a protocol: which bytes a message has, and which bytes that come complete one. A
// protocol is one file of client/protocols/ with a Dialect and an Answers; nothing else knows it.
//
//   Dialect   one a run, shared by all threads, unchanged after it was made
//   Answers   one a connection, used by its thread only; knows no socket and no clock
//
//   connect | opening -> ... answer to it | messages -> ... answers | closing -> | end of stream
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "client/script.hpp"
#include "options.hpp"

namespace weir::bench {

// What bytes that came did.
struct Taken {
  unsigned messages = 0;    // completed
  std::size_t payload = 0;  // bytes that they carried, without the protocol's own
};

class Answers {
 public:
  virtual ~Answers() = default;

  // The next bytes of the connection, in pieces of any size. `started` is the number of messages
  // started so far, those of earlier calls included; never more than depth of them are without an
  // answer. Throws Failure at bytes that answer nothing that was asked, or answer it wrong. No
  // allocation in steady state.
  virtual Taken take(std::span<const char> received, std::uint64_t started) = 0;

  // False until the opening was answered; then messages may be started.
  bool is_open() const { return open_; }

 protected:
  void set_open(bool open) { open_ = open; }

 private:
  bool open_ = true;
};

class Dialect {
 public:
  Dialect() = default;
  virtual ~Dialect() = default;
  Dialect(const Dialect&) = delete;
  Dialect& operator=(const Dialect&) = delete;

  virtual const Script& script() const = 0;

  // Where in the script a connection begins: each elsewhere, so that bytes which cross connections
  // are seen.
  virtual std::size_t first_message(unsigned connection) const {
    return connection % script().period();
  }

  // For a connection that begins at message `first` of the script. Lives at most as long as this.
  virtual std::unique_ptr<Answers> answers(std::size_t first) const = 0;

  // Sent once at the beginning and answered before any message; empty where there is none.
  virtual std::string opening() const { return {}; }
  // Sent once after the last answer. Empty: the end of the stream says it.
  virtual std::string closing() const { return {}; }
};

// Of options.protocol.
std::unique_ptr<Dialect> make_dialect(const LoadOptions& options);

}  // namespace weir::bench
