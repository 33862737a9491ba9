#include "routing/json_rpc_reader.hpp"

#include <utility>

namespace weir {

namespace {

using Value = nlohmann::json;

/// Memory for the next frame that is not given back.
constexpr std::size_t calls_to_keep = 16;
constexpr std::size_t frame_to_keep = 64 * 1024;

/// An empty one instead; one that is assigned to keeps the memory of its strings.
template <class T>
void renew(T& value) {
  T fresh;
  std::swap(value, fresh);
}

}  // namespace

RpcFrame RpcReader::read(std::string_view text, const JsonRpcOptions& options) {
  text_ = text;
  options_ = &options;
  used_ = depth_ = call_depth_ = 0;
  building_ = too_many_ = false;
  const bool sound = scanner_.scan(text, *this);
  if (sound) return call_depth_ == 2 ? RpcFrame::batch : RpcFrame::call;
  used_ = 0;
  return too_many_ ? RpcFrame::batch_too_large : RpcFrame::no_json;
}

std::vector<RpcCall> RpcReader::take_calls() {
  calls_.resize(std::exchange(used_, 0));
  return std::exchange(calls_, {});
}

void RpcReader::trim() {
  if (text_.size() <= frame_to_keep && calls_.size() <= calls_to_keep) return;
  renew(calls_);
  renew(builder_);
  renew(name_);
  renew(scanner_);
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

bool RpcReader::key(std::string_view name) {
  if (building_) {
    builder_.key(name_.assign(name));
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
  return true;
}

void RpcReader::take_id(std::string_view text) {
  if (text.size() > options_->max_id) {
    broken_ = true;
  } else {
    now().id = text;
  }
}

/// The present member may not have such a value, if it is one that we know.
void RpcReader::wrong_type() { broken_ = broken_ || member_ != none; }

// --- the pieces ------------------------------------------------------------------------------

bool RpcReader::literal(Value value) {
  const bool null = value.is_null();
  if (building_) {
    builder_.add(std::move(value));
  } else if (is_element()) {
    return begin_call();  // no call, but it counts as one
  } else if (is_member() && !(null && member_ == id)) {
    wrong_type();
  }
  return true;
}

bool RpcReader::number(std::string_view text) {
  if (building_) {
    Value value = json_number(text);
    if (value.is_discarded()) return false;
    builder_.add(std::move(value));
    return true;
  }
  if (is_element()) return begin_call();
  if (!is_member()) return true;
  if (member_ == id) {
    take_id(text);
  } else {
    wrong_type();
  }
  return true;
}

bool RpcReader::string(std::string_view value, std::string_view text) {
  if (building_) {
    builder_.add(std::string(value));
    return true;
  }
  if (is_element()) return begin_call();
  if (!is_member()) return true;
  switch (member_) {
    case jsonrpc:
      broken_ = broken_ || value != "2.0";
      break;
    case method:
      now().method = value;
      break;
    case id:
      take_id(text);
      break;
    default:
      wrong_type();
  }
  return true;
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
    params_at_ = scanner_.position() - 1;
    now().arguments.given = true;
    builder_.begin(now().arguments.params);
    builder_.open(type);
  } else if (depth_ == call_depth_ + 1) {
    wrong_type();
  }
  return true;
}

bool RpcReader::close() {
  --depth_;
  if (building_) {
    builder_.close();
    if (builder_.depth() == 0) {
      building_ = false;
      now().payload = text_.substr(params_at_, scanner_.position() - params_at_);
    }
  } else if (call_depth_ != 0 && depth_ + 1 == call_depth_) {
    end_call();
  }
  return true;
}

}  // namespace weir
