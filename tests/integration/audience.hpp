// Thousands of clients in a process of their own, some of which do not read: what a broadcast needs
// to be tested with, and more descriptors than one process may have.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace weir::integration {

class Audience {
 public:
  struct Seen {
    std::size_t complete = 0;  // readers that got the whole stream, byte for byte, and no more
    std::size_t wrong = 0;     // clients that got something else
    std::size_t cut = 0;       // those that did not read, and found the beginning alone
  };

  /// Forks, so this comes before any thread. `stream` is what everybody should get from the port.
  Audience(std::uint16_t port, std::size_t readers, std::size_t sleepers,
           const std::string& stream);
  ~Audience();
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;

  /// Waits until the readers have read it all; throws after `patience_s` seconds.
  [[nodiscard]] Seen wait(int patience_s);

 private:
  pid_t child_ = -1;
  int result_ = -1;
};

}  // namespace weir::integration
