// resp: what Redis speaks (RESP2). Each of the keys is set to a value of its own and then read, by
// the same connection:
//
//   SET weir-bench:000017 <value 17>   +OK
//   GET weir-bench:000017              <value 17>     as often as options.reads says
//   SET weir-bench:000018 <value 18>   +OK
//   ...
//
// All connections set a key to the same value, so that what a GET answers is known whoever wrote
// last. The server's data may be anything before; the keys are left there.
#include <algorithm>
#include <string>

#include "client/exact_answers.hpp"
#include "client/payloads.hpp"
#include "client/protocols/protocols.hpp"

namespace weir::bench {
namespace {

std::string bulk(std::string_view text) {
  return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

std::string key_of(std::size_t number) {
  const auto digits = std::to_string(number);
  return "weir-bench:" + std::string(6 - std::min<std::size_t>(digits.size(), 6), '0') + digits;
}

class Resp : public Dialect {
 public:
  explicit Resp(const LoadOptions& options)
      : size_(options.size),
        group_(std::size_t{1} + options.reads),
        commands_(options.depth),
        replies_(options.depth) {
    const auto shortest = (Script::shortest_period(options.depth) + group_ - 1) / group_;
    const auto keys = std::max<std::size_t>(options.keys, shortest);
    Payloads payloads;
    for (std::size_t i = 0; i < keys; ++i) add(key_of(i), payloads.next(size_));
    commands_.repeat();
    replies_.repeat();
  }

  const Script& script() const override { return commands_; }
  // With a SET, so that every GET has one before it.
  std::size_t first_message(unsigned connection) const override {
    return connection % (commands_.period() / group_) * group_;
  }
  std::unique_ptr<Answers> answers(std::size_t first) const override {
    return std::make_unique<ExactAnswers>(replies_, first, size_);
  }

 private:
  void add(const std::string& key, const std::string& value) {
    commands_.add("*3\r\n" + bulk("SET") + bulk(key) + bulk(value));
    commands_.end_message();
    replies_.add("+OK\r\n");
    replies_.end_message();
    for (std::size_t i = 1; i < group_; ++i) {
      commands_.add("*2\r\n" + bulk("GET") + bulk(key));
      commands_.end_message();
      replies_.add(bulk(value));
      replies_.end_message();
    }
  }

  std::size_t size_;
  std::size_t group_;  // a SET and its GETs, in messages
  Script commands_;
  Script replies_;
};

}  // namespace

std::unique_ptr<Dialect> make_resp(const LoadOptions& options) {
  return std::make_unique<Resp>(options);
}

}  // namespace weir::bench
