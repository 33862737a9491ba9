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

  // What nlohmann's parser calls for each piece of the text; the names are its. False stops it.
  bool null() { return scalar(nullptr, Kind::null); }
  bool boolean(bool value) { return scalar(value, Kind::other); }
  bool number_integer(std::int64_t value) { return scalar(value, Kind::number); }
  bool number_unsigned(std::uint64_t value) { return scalar(value, Kind::number); }
  bool number_float(double value, const std::string&) { return scalar(value, Kind::number); }
  bool string(std::string& value);
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_array(std::size_t) { return open(nlohmann::json::value_t::array); }
  bool start_object(std::size_t) { return open(nlohmann::json::value_t::object); }
  bool key(const std::string& name);
  bool end_array() { return close(); }
  bool end_object() { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
    return false;
  }

 private:
  enum class Kind : std::uint8_t { null, number, string, other };
  // Bits, for the members that came.
  enum Member : std::uint8_t { none = 0, jsonrpc = 1, method = 2, params = 4, id = 8 };

  template <class T>
  bool scalar(T&& value, Kind kind);
  void member(Kind kind);
  void take_id(Kind kind);
  bool open(nlohmann::json::value_t type);
  bool close();
  bool begin_call();
  void end_call();
  [[nodiscard]] RpcCall& now() { return calls_[used_ - 1]; }
  [[nodiscard]] std::size_t position() const;

  std::string_view text_;
  const JsonRpcOptions* options_ = nullptr;
  const char* furthest_ = nullptr;
  JsonBuilder builder_;
  std::vector<RpcCall> calls_;
  std::size_t used_ = 0;
  std::size_t depth_ = 0;       // arrays and objects that are open
  std::size_t call_depth_ = 0;  // of a call's members: 1, in a batch 2
  std::size_t value_from_ = 0;  // behind the name of the present member
  std::uint8_t came_ = none;    // of the present call
  Member member_ = none;        // whose value comes next, or is under way
  bool building_ = false;       // params
  bool broken_ = false;         // the present call is none
  bool too_many_ = false;
};

}  // namespace weir
