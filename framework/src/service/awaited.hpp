// Awaited: what one thread waits for and another one tells. Layer: service, private.
#pragma once

#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "weir/core/error.hpp"

namespace weir {

template <class T>
class Awaited {
 public:
  void tell(T value) {
    const std::lock_guard lock(mutex_);
    value_.emplace(std::move(value));
    told_.notify_all();
  }
  T wait() {
    std::unique_lock lock(mutex_);
    told_.wait(lock, [this] { return value_.has_value(); });
    return std::move(*value_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  std::optional<T> value_;
};

/// Tells an Awaited once: what it is called with, or, when it is destroyed uncalled, with a loop,
/// that nothing comes.
template <class T>
class Teller {
 public:
  explicit Teller(std::shared_ptr<Awaited<T>> awaited) : awaited_(std::move(awaited)) {}
  Teller(Teller&&) noexcept = default;
  Teller& operator=(Teller&&) noexcept = default;
  Teller(const Teller&) = delete;
  Teller& operator=(const Teller&) = delete;
  ~Teller() {
    if (awaited_ != nullptr) awaited_->tell(Error{"the client's loop is gone", ECANCELED});
  }
  void operator()(T value) { std::exchange(awaited_, nullptr)->tell(std::move(value)); }

 private:
  std::shared_ptr<Awaited<T>> awaited_;
};

}  // namespace weir
