// json-rpc: calls of "add" with a length before each, answered in any order: counted by their
// lengths, found by their ids, checked by their results.
//
//   asked_:  | yes | yes | no | yes | ...    one place for each call of the script
#include <charconv>
#include <string>
#include <vector>

#include "client/protocols/length4.hpp"
#include "client/protocols/protocols.hpp"
#include "client/rest.hpp"
#include "failure.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t longest = 4096;  // more than any answer to these calls

// Message n of the period has the id first_id + n. All have as many digits, so that all calls have
// one size.
constexpr std::uint64_t first_id = 100'000;
constexpr std::uint64_t added = 7;

std::string call(std::uint64_t id) {
  const auto number = std::to_string(id);
  return R"({"jsonrpc":"2.0","method":"add","params":[)" + number + "," + std::to_string(added) +
         R"(],"id":)" + number + "}";
}

// The number behind `name`, wherever it stands; the answers are flat, and blanks may follow.
std::uint64_t number_of(std::string_view answer, std::string_view name) {
  std::uint64_t number = 0;
  const auto at = answer.find(name);
  if (at == std::string_view::npos) return 0;
  answer.remove_prefix(at + name.size());
  answer.remove_prefix(std::min(answer.find_first_not_of(": "), answer.size()));
  std::from_chars(answer.data(), answer.data() + answer.size(), number);
  return number;
}

class RpcAnswers : public Answers {
 public:
  RpcAnswers(std::size_t period, std::size_t first) : asked_(period), next_(first) {}

  Taken take(std::span<const char> received, std::uint64_t started) override {
    for (; marked_ < started; ++marked_) {
      asked_[next_] = true;
      next_ = (next_ + 1) % asked_.size();
    }
    Taken taken;
    rest_.take(received, [&](std::string_view& text) { return step(text, started, taken); });
    return taken;
  }

 private:
  bool step(std::string_view& text, std::uint64_t started, Taken& taken) {
    if (answered_ == started) throw Failure("the server sent more than it was asked for");
    if (text.size() < length4_bytes) return false;
    const auto length = length4_at(text);
    if (length > longest) throw Failure("an answer of " + std::to_string(length) + " bytes");
    if (text.size() - length4_bytes < length) return false;
    check(text.substr(length4_bytes, length));
    text.remove_prefix(length4_bytes + length);
    taken.payload += payload_;
    ++taken.messages;
    ++answered_;
    return true;
  }

  void check(std::string_view answer) {
    const auto id = number_of(answer, "\"id\"");
    const auto place = id - first_id;
    if (place >= asked_.size() || !asked_[place]) {
      throw Failure("an answer that nothing waits for: " + std::string{answer});
    }
    if (number_of(answer, "\"result\"") != id + added) {
      throw Failure("a wrong answer: " + std::string{answer});
    }
    asked_[place] = false;
  }

  std::vector<bool> asked_;
  std::size_t next_;  // the place of the call that is started next
  std::uint64_t marked_ = 0;
  std::uint64_t answered_ = 0;
  std::size_t payload_ = json_rpc_call_size();
  Rest rest_;
};

class JsonRpc : public Dialect {
 public:
  explicit JsonRpc(unsigned depth) : script_(depth) {
    for (std::size_t i = 0; i < Script::shortest_period(depth); ++i) {
      const auto text = call(first_id + i);
      const auto length = length4_of(text.size());
      script_.add({length.data(), length.size()});
      script_.add(text);
      script_.end_message();
    }
    script_.repeat();
  }

  const Script& script() const override { return script_; }
  std::unique_ptr<Answers> answers(std::size_t first) const override {
    return std::make_unique<RpcAnswers>(script_.period(), first);
  }

 private:
  Script script_;
};

}  // namespace

std::size_t json_rpc_call_size() { return call(first_id).size(); }

std::unique_ptr<Dialect> make_json_rpc(const LoadOptions& options) {
  return std::make_unique<JsonRpc>(options.depth);
}

}  // namespace weir::bench
