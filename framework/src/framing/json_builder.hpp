// JsonBuilder: from the pieces of a JSON text to its value. Layer: framing, sources of weir::json
// only.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "weir/framing/json.hpp"

namespace weir {

/// A value that grows as it is read.
///
///     open_:  root_ -> the array or object in it -> ... -> the one under way
///
/// A value that is open is the last of its parent, which does not grow meanwhile: pointers stay.
class JsonBuilder {
 public:
  using Value = nlohmann::json;

  /// Begins anew, in `root`, which outlives the building.
  void begin(Value& root) {
    root_ = &root;
    open_.clear();
  }
  template <class T>
  void add(T&& value) {
    place(std::forward<T>(value));
  }
  /// An array or an object; what comes is in it until close().
  void open(Value::value_t type) {
    // An array that was here before lends its memory.
    if (open_.empty() && type == Value::value_t::array && root_->is_array()) {
      root_->clear();
      return open_.push_back(root_);
    }
    open_.push_back(place(type));
  }
  /// Of the object under way: the member whose value comes next. Of two with one name the last
  /// counts.
  void key(const std::string& name) { member_ = &(*open_.back())[name]; }
  void close() { open_.pop_back(); }
  [[nodiscard]] std::size_t depth() const { return open_.size(); }

 private:
  template <class T>
  Value* place(T&& value) {
    if (open_.empty()) {
      *root_ = Value(std::forward<T>(value));
      return root_;
    }
    if (open_.back()->is_array()) return &open_.back()->emplace_back(std::forward<T>(value));
    *member_ = Value(std::forward<T>(value));
    return member_;
  }

  Value* root_ = nullptr;
  std::vector<Value*> open_;
  Value* member_ = nullptr;
};

}  // namespace weir
