// RpcReader: the calls of one frame of JSON-RPC. Layer: routing, private.
// One pass over the text: the members of a call are taken as they come, a document is made of its
// params alone. The memory is used again for the next frame.
//
//     {"jsonrpc":"2.0","method":"add","params":[1,2],"id":7}
//                               ^            ^ a document, and its text in `payload`
//                               | copied                   ^ its text: 7, 7.0 and "7" stay as they
//                               are
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framing/json_builder.hpp"
#include "framing/json_scanner.hpp"
#include "weir/routing/json.hpp"
#include "weir/routing/json_rpc.hpp"

namespace weir {

/// One request, notification, or what is neither.
struct RpcCall {
  /// What an answer says of whom it answers; "null" where nobody can say. Refers to the frame.
  std::string_view id = "null";
  /// The text of params. Refers to the frame.
  std::string_view payload;
  std::string method;
  JsonArguments arguments;
  bool valid = false;
  bool notification = false;  // valid, and without an id
};

enum class RpcFrame : std::uint8_t { no_json, call, batch, batch_too_large };

class RpcReader {
 public:
  /// What `text` is. On no_json and batch_too_large there are no calls.
  RpcFrame read(std::string_view text, const JsonRpcOptions& options);
  /// One of a `call`, which may be invalid; any number of a batch. Until the next read().
  [[nodiscard]] std::span<RpcCall> calls() { return {calls_.data(), used_}; }
  /// The calls for keeps.
  [[nodiscard]] std::vector<RpcCall> take_calls();
  /// Gives memory back that a large frame has asked for.
  void trim();

  // What JsonScanner calls.
  bool literal(nlohmann::json value);
  bool number(std::string_view text);
  bool string(std::string_view value, std::string_view text);
  bool key(std::string_view name);
  bool open(nlohmann::json::value_t type);
  bool close();

 private:
  // Bits, for the members that came.
  enum Member : std::uint8_t { none = 0, jsonrpc = 1, method = 2, params = 4, id = 8 };

  [[nodiscard]] bool is_element() const { return depth_ == 0 || (depth_ == 1 && call_depth_ == 2); }
  [[nodiscard]] bool is_member() const { return !building_ && depth_ == call_depth_; }
  void take_id(std::string_view text);
  void wrong_type();
  bool begin_call();
  void end_call();
  [[nodiscard]] RpcCall& now() { return calls_[used_ - 1]; }

  std::string_view text_;
  const JsonRpcOptions* options_ = nullptr;
  JsonScanner<RpcReader> scanner_;
  JsonBuilder builder_;
  std::string name_;
  std::vector<RpcCall> calls_;
  std::size_t used_ = 0;
  std::size_t depth_ = 0;       // arrays and objects that are open
  std::size_t call_depth_ = 0;  // of a call's members: 1, in a batch 2
  std::size_t params_at_ = 0;   // where they begin
  std::uint8_t came_ = none;    // of the present call
  Member member_ = none;        // whose value comes next, or is under way
  bool building_ = false;       // params
  bool broken_ = false;         // the present call is none
  bool too_many_ = false;
};

}  // namespace weir
