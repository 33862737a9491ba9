// Pseudo-random payloads, the same in every run.
#include "client/script.hpp"

#include <cstring>
#include <random>

namespace weir::bench {
namespace {

// Messages beyond those in flight: no count of lost messages below this one looks like none.
constexpr unsigned spare = 7;

void put_length(char* header, std::size_t size) {
  for (unsigned i = 0; i < 4; ++i) header[i] = static_cast<char>((size >> (24 - 8 * i)) & 0xffU);
}

}  // namespace

Script::Script(Protocol protocol, std::size_t size, unsigned depth)
    : echoed_(protocol != Protocol::json_rpc),
      message_bytes_(size + (protocol == Protocol::raw ? 0 : 4)),
      depth_(depth),
      period_(std::size_t{depth} + spare),
      bytes_((period_ + depth) * message_bytes_) {
  std::minstd_rand random{20231};
  const std::size_t loop = period_ * message_bytes_;
  for (std::size_t i = 0; i < loop; ++i) bytes_[i] = static_cast<char>(random() >> 16U);
  if (protocol == Protocol::json_rpc) fill_with_calls(loop);
  if (protocol != Protocol::raw) {
    for (std::size_t at = 0; at < loop; at += message_bytes_) put_length(&bytes_[at], size);
  }
  std::memcpy(&bytes_[loop], bytes_.data(), depth * message_bytes_);
}

std::string Script::call(std::uint64_t id) {
  const auto number = std::to_string(id);
  return R"({"jsonrpc":"2.0","method":"add","params":[)" + number + "," + std::to_string(added) +
         R"(],"id":)" + number + "}";
}

std::size_t Script::call_size() { return call(first_id).size(); }

void Script::fill_with_calls(std::size_t loop) {
  auto id = first_id;
  for (std::size_t at = 0; at < loop; at += message_bytes_) {
    const auto text = call(id++);
    std::memcpy(&bytes_[at + 4], text.data(), text.size());
  }
}

}  // namespace weir::bench
