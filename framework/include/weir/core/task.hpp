// Task: a callable of no arguments that may own what cannot be copied. Layer: core.
// It stands in for std::function where a unique_ptr must travel, and keeps <functional>,
// which is slow to compile, out of the public headers.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace weir {

template <class Signature>
class UniqueFunction;

/// Owns one callable; moved, never copied. Callables of up to four pointers live inside.
template <class R, class... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() = default;

  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, UniqueFunction> &&
           std::is_invocable_r_v<R, std::decay_t<F>&, Args...>) UniqueFunction(F&& callable) {
    using Callable = std::decay_t<F>;
    if constexpr (sizeof(Callable) <= sizeof(storage_) &&
                  alignof(Callable) <= alignof(std::max_align_t) &&
                  std::is_nothrow_move_constructible_v<Callable>) {
      ::new (static_cast<void*>(storage_)) Callable(std::forward<F>(callable));
      static constexpr Table table{[](void* self, Args... args) -> R {
                                     return invoke(*static_cast<Callable*>(self),
                                                   std::forward<Args>(args)...);
                                   },
                                   [](void* from, void* to) noexcept {
                                     auto* callable_at = static_cast<Callable*>(from);
                                     if (to != nullptr)
                                       ::new (to) Callable(std::move(*callable_at));
                                     callable_at->~Callable();
                                   }};
      table_ = &table;
    } else {
      ::new (static_cast<void*>(storage_)) Callable*(new Callable(std::forward<F>(callable)));
      static constexpr Table table{[](void* self, Args... args) -> R {
                                     return invoke(**static_cast<Callable**>(self),
                                                   std::forward<Args>(args)...);
                                   },
                                   [](void* from, void* to) noexcept {
                                     auto** callable_at = static_cast<Callable**>(from);
                                     if (to != nullptr) {
                                       ::new (to) Callable*(*callable_at);
                                     } else {
                                       delete *callable_at;
                                     }
                                   }};
      table_ = &table;
    }
  }

  UniqueFunction(UniqueFunction&& other) noexcept { take(other); }
  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  UniqueFunction(const UniqueFunction&) = delete;
  UniqueFunction& operator=(const UniqueFunction&) = delete;
  ~UniqueFunction() { reset(); }

  explicit operator bool() const { return table_ != nullptr; }
  /// Undefined when empty.
  R operator()(Args... args) { return table_->call(storage_, std::forward<Args>(args)...); }

 private:
  struct Table {
    R (*call)(void* self, Args... args);
    void (*move)(void* from, void* to) noexcept;  // to == nullptr: destroy
  };

  /// A result that nobody asked for is dropped.
  template <class Callable>
  static R invoke(Callable& callable, Args&&... args) {
    if constexpr (std::is_void_v<R>) {
      static_cast<void>(callable(std::forward<Args>(args)...));
    } else {
      return callable(std::forward<Args>(args)...);
    }
  }

  void take(UniqueFunction& other) noexcept {
    if (other.table_ == nullptr) return;
    other.table_->move(other.storage_, storage_);
    table_ = std::exchange(other.table_, nullptr);
  }
  void reset() noexcept {
    if (table_ != nullptr) std::exchange(table_, nullptr)->move(storage_, nullptr);
  }

  const Table* table_ = nullptr;
  alignas(std::max_align_t) std::byte storage_[4 * sizeof(void*)];
};

/// Work to be done once, later, on a loop's thread.
using Task = UniqueFunction<void()>;

}  // namespace weir
