#include "routing/json_rpc_reader.hpp"

#include <algorithm>
#include <utility>

namespace weir {

namespace {

using Value = nlohmann::json;

/// Memory for the next frame that is not given back.
constexpr std::size_t calls_to_keep = 16;
constexpr std::size_t text_to_keep = 64 * 1024;

constexpr std::string_view blanks = " \t\r\n";

/// The string that `text` begins with, its quotes included; the text is sound.
std::string_view string_at(std::string_view text) {
  std::size_t end = 1;
  while (text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return text.substr(0, end + 1);
}

std::string_view number_at(std::string_view text) {
  return text.substr(0, text.find_first_not_of("+-.0123456789eE"));
}

}  // namespace

RpcFrame RpcReader::read(std::string_view text, const JsonRpcOptions& options) {
  text_ = text;
  options_ = &options;
  furthest_ = text.data();
  used_ = depth_ = call_depth_ = 0;
  building_ = too_many_ = false;
  const JsonCursor begin(text.data(), &furthest_);
  const JsonCursor end(text.data() + text.size(), &furthest_);
  // nlohmann takes a zero byte for the end of the text, whatever follows; no document holds one.
  const bool sound =
      text.find('\0') == std::string_view::npos && Value::sax_parse(begin, end, this);
  if (sound) return call_depth_ == 2 ? RpcFrame::batch : RpcFrame::call;
  used_ = 0;
  return too_many_ ? RpcFrame::batch_too_large : RpcFrame::no_json;
}

std::vector<RpcCall> RpcReader::take_calls() {
  calls_.resize(std::exchange(used_, 0));
  return std::exchange(calls_, {});
}

void RpcReader::trim() {
  if (text_.size() <= text_to_keep && calls_.size() <= calls_to_keep) return;
  calls_ = {};
  builder_ = {};
}

std::size_t RpcReader::position() const {
  return static_cast<std::size_t>(furthest_ - text_.data());
}

// --- a call ----------------------------------------------------------------------------------

bool RpcReader::begin_call() {
  if (call_depth_ == 2 && used_ == options_->max_batch) {
    too_many_ = true;
    return false;
  }
  if (used_ == calls_.size()) calls_.emplace_back();
  ++used_;
  RpcCall& call = now();
  call.id = "null";
  call.payload = {};
  call.method.clear();
  call.arguments.given = false;
  call.arguments.names = nullptr;
  call.valid = call.notification = false;
  came_ = none;
  member_ = none;
  broken_ = false;
  return true;
}

void RpcReader::end_call() {
  constexpr std::uint8_t needed = jsonrpc | method;
  now().valid = !broken_ && (came_ & needed) == needed;
  now().notification = now().valid && (came_ & id) == 0;
}

bool RpcReader::key(const std::string& name) {
  if (building_) {
    builder_.key(name);
    return true;
  }
  if (call_depth_ == 0 || depth_ != call_depth_) return true;
  member_ = name == "jsonrpc"  ? jsonrpc
            : name == "method" ? method
            : name == "params" ? params
            : name == "id"     ? id
                               : none;
  // Who comes twice could mean one thing to us and another to who let it pass.
  if ((came_ & member_) != 0) {
    broken_ = true;
    if (member_ == id) now().id = "null";
    member_ = none;
  }
  came_ |= member_;
  value_from_ = position();
  return true;
}

/// The value of a member, other than the strings of `jsonrpc` and `method` and a structured params.
void RpcReader::member(Kind kind) {
  if (member_ == id && kind != Kind::other) return take_id(kind);
  if (member_ != none) broken_ = true;
}

void RpcReader::take_id(Kind kind) {
  if (kind == Kind::null) return;
  std::string_view rest = text_.substr(value_from_);
  rest.remove_prefix(rest.find(':') + 1);
  rest.remove_prefix(rest.find_first_not_of(blanks));
  const std::string_view found = kind == Kind::string ? string_at(rest) : number_at(rest);
  if (found.size() > options_->max_id) {
    broken_ = true;
  } else {
    now().id = found;
  }
}

// --- the pieces ------------------------------------------------------------------------------

template <class T>
bool RpcReader::scalar(T&& value, Kind kind) {
  if (building_) {
    builder_.add(std::forward<T>(value));
  } else if (depth_ == 0 || (depth_ == 1 && call_depth_ == 2)) {
    return begin_call();  // no call, but it counts as one
  } else if (depth_ == call_depth_) {
    member(kind);
  }
  return true;
}

bool RpcReader::string(std::string& value) {
  if (!building_ && depth_ == call_depth_ && depth_ != 0) {
    if (member_ == jsonrpc) {
      broken_ = broken_ || value != "2.0";
      return true;
    }
    if (member_ == method) {
      now().method = value;
      return true;
    }
  }
  return scalar(std::move(value), Kind::string);
}

bool RpcReader::open(Value::value_t type) {
  if (depth_ == options_->depth) return false;
  ++depth_;
  if (building_) {
    builder_.open(type);
  } else if (depth_ == 1) {
    call_depth_ = type == Value::value_t::array ? 2 : 1;
    return call_depth_ == 2 || begin_call();
  } else if (depth_ == 2 && call_depth_ == 2) {
    if (!begin_call()) return false;
    broken_ = type == Value::value_t::array;
  } else if (depth_ == call_depth_ + 1 && member_ == params) {
    building_ = true;
    value_from_ = position() - 1;
    now().arguments.given = true;
    builder_.begin(now().arguments.params);
    builder_.open(type);
  } else if (depth_ == call_depth_ + 1) {
    member(Kind::other);
  }
  return true;
}

bool RpcReader::close() {
  --depth_;
  if (building_) {
    builder_.close();
    if (builder_.depth() == 0) {
      building_ = false;
      now().payload = text_.substr(value_from_, position() - value_from_);
    }
  } else if (call_depth_ != 0 && depth_ + 1 == call_depth_) {
    end_call();
  }
  return true;
}

}  // namespace weir
