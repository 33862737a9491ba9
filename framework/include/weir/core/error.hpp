// Errors as values: what went wrong, said once, in words a person can act on.
// Layer: core. Nothing here allocates unless there is an error.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace weir {

/// What went wrong. `code` is an errno value, or 0 where the mistake is not the system's
/// (a wrong flag, an unknown name). `message` is one line that names the object and the reason.
struct Error {
  std::string message;
  int code = 0;
};

/// An Error for the errno value `code`: "<what>: <the system's text>".
[[nodiscard]] Error system_error(std::string what, int code);

/// Success, or an Error. One pointer wide, so that a hot path can return it.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::make_unique<Error>(std::move(error))) {}

  [[nodiscard]] bool ok() const { return error_ == nullptr; }
  explicit operator bool() const { return ok(); }
  /// Only when not ok().
  [[nodiscard]] const Error& error() const { return *error_; }

 private:
  std::unique_ptr<Error> error_;
};

/// Throws std::runtime_error with the error's message.
[[noreturn]] void throw_no_value(const Error& error);

/// A T, or an Error. Ask `ok()` first: the value of an error throws std::runtime_error with its
/// message, so that a program that never asks ends with the reason.
/// Not [[nodiscard]]: Server keeps the error of a listen() that nobody looked at.
template <class T>
class Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] T& value() { return there(*this); }
  [[nodiscard]] const T& value() const { return there(*this); }
  [[nodiscard]] T take() { return std::move(there(*this)); }
  [[nodiscard]] const Error& error() const { return *std::get_if<1>(&state_); }

 private:
  template <class Self>
  static auto& there(Self& self) {
    if (!self.ok()) throw_no_value(self.error());
    return *std::get_if<0>(&self.state_);
  }

  std::variant<T, Error> state_;
};

}  // namespace weir
