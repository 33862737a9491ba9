// raw and length:4: every byte that is sent comes back.
#include "client/exact_answers.hpp"
#include "client/payloads.hpp"
#include "client/protocols/length4.hpp"
#include "client/protocols/protocols.hpp"

namespace weir::bench {
namespace {

class Echo : public Dialect {
 public:
  Echo(std::size_t size, unsigned depth, bool has_length)
      : size_(size),
        script_(depth,
                Script::bytes_for(Script::shortest_period(depth), depth, size + length4_bytes)) {
    Payloads payloads;
    for (std::size_t i = 0; i < Script::shortest_period(depth); ++i) {
      const auto length = length4_of(size);
      if (has_length) script_.add({length.data(), length.size()});
      script_.add(payloads.next(size));
      script_.end_message();
    }
    script_.repeat();
  }

  const Script& script() const override { return script_; }
  std::unique_ptr<Answers> answers(std::size_t first) const override {
    return std::make_unique<ExactAnswers>(script_, first, size_);
  }

 private:
  std::size_t size_;
  Script script_;
};

}  // namespace

std::unique_ptr<Dialect> make_echo(const LoadOptions& options) {
  return std::make_unique<Echo>(options.size, options.depth, options.protocol == Protocol::length4);
}

}  // namespace weir::bench
