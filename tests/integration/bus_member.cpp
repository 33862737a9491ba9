// weir-bus-member ADDRESS NAME COUNT SIZE: one process on a bus, for a test to start and to kill.
// Publishes "NAME 1" to "NAME COUNT", one a millisecond, with SIZE blanks behind, and prints what
// it hears of others, a line each, and "done" when it has heard its own once and in order and the
// bus has taken them. Says on standard error what becomes of the bus. Runs until it is ended.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include "weir/bus/bus.hpp"
#include "weir/io/backend.hpp"
#include "weir/io/event_loop.hpp"

namespace {

class Member {
 public:
  Member(weir::EventLoop& loop, std::string_view address, std::string name, int count,
         std::size_t size)
      : loop_(loop), name_(std::move(name)), count_(count), blanks_(size, ' ') {
    weir::BusOptions options;
    options.loop = &loop;
    options.log = weir::Log(weir::LogLevel::off);
    options.absent = std::chrono::seconds(10);
    options.replay = std::chrono::seconds(60);  // what is cut off again and again comes late
    weir::BusHooks hooks;
    hooks.on_state = [this](weir::BusState state, const weir::Error& why) {
      std::cerr << to_string(state) << ' ' << why.message << std::endl;
      if (state == weir::BusState::connected && sent_ == 0) publish();
    };
    bus_ = weir::make_bus(address, std::move(options), std::move(hooks)).take();
    weir::SubscribeOptions lost;
    lost.on_lost = [](std::uint64_t messages) { std::cout << "lost " << messages << std::endl; };
    lobby_ = bus_->subscribe(
                     "lobby", [this](std::string_view text) { hear(text); }, std::move(lost))
                 .take();
  }

 private:
  void publish() {
    if (sent_ < count_) bus_->publish("lobby", name_ + ' ' + std::to_string(++sent_) + blanks_);
    if (sent_ == count_ && heard_ == count_ && bus_->stats().kept == 0) {
      std::cout << "done" << std::endl;
      return;
    }
    loop_.run_after(std::chrono::milliseconds(1), [this] { publish(); });
  }
  void hear(std::string_view text) {
    text = text.substr(0, text.find_last_not_of(' ') + 1);
    if (!text.starts_with(name_ + ' ')) {
      std::cout << text << std::endl;
    } else if (text.substr(name_.size() + 1) != std::to_string(++heard_)) {
      std::cout << "wrong " << text << std::endl;
    }
  }

  weir::EventLoop& loop_;
  const std::string name_;
  const int count_;
  const std::string blanks_;
  int sent_ = 0;
  int heard_ = 0;
  std::unique_ptr<weir::Bus> bus_;
  weir::Subscription lobby_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const auto loop = weir::make_loop("epoll").take();
  const Member member(*loop, argv[1], argv[2], std::atoi(argv[3]),
                      static_cast<std::size_t>(std::atoi(argv[4])));
  loop->run();
}
