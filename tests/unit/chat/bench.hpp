// A hall without sockets: faces that write down what they are told, time that is moved by hand.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "chat/hall.hpp"

namespace weir::chat::testing {

/// Writes what it is told as "lobby: anna says hello".
class PaperFace final : public Face {
 public:
  bool seat(std::string_view room, MemberId member) override {
    seats.push_back(std::string(room) + " +" + std::to_string(member));
    return true;
  }
  void unseat(std::string_view room, MemberId member) override {
    seats.push_back(std::string(room) + " -" + std::to_string(member));
  }
  void tell(std::string_view room, const Event& event) override {
    told.push_back(std::string(room) + ": " + std::visit(Words(), event));
  }
  void replaced(MemberId member) override { ended.push_back(member); }

  /// What it was told since the last call.
  [[nodiscard]] std::vector<std::string> take() { return std::exchange(told, {}); }

  void forget() { told.clear(); }

  std::vector<std::string> seats;
  std::vector<std::string> told;
  std::vector<MemberId> ended;

 private:
  struct Words {
    std::string operator()(const Said& said) const {
      return said.message.nick + " says " + said.message.text;
    }
    std::string operator()(const Joined& joined) const { return joined.nick + " comes"; }
    std::string operator()(const Left& left) const { return left.nick + " leaves"; }
    std::string operator()(const Renamed& renamed) const {
      return renamed.from + " is " + renamed.to;
    }
    std::string operator()(const Typing& typing) const { return typing.nick + " types"; }
    std::string operator()(const ConditionChanged& changed) const {
      return "bus '" + changed.now.bus + "', history '" + changed.now.history + "'";
    }
    std::string operator()(const Lost& lost) const {
      return "lost " + std::to_string(lost.messages);
    }
  };
};

/// Processes that hear what any of them posts, at once, when they are several; in a row as posted.
class Street {
 public:
  struct House {
    explicit House(HallOptions options) : hall(std::move(options)) {}
    PaperFace face;
    Hall hall;
    std::vector<Message> kept;
    bool reachable = true;
  };

  explicit Street(std::size_t houses, Limits limits = {}) {
    for (std::size_t i = 0; i < houses; ++i) {
      HallOptions options;
      options.limits = limits;
      options.process = "process-" + std::to_string(i);
      options.log = "log-of-" + std::to_string(i);
      options.others = houses > 1;
      options.wall_clock = [this] { return wall += 1000; };
      options.clock = [this] { return now; };
      options.post = [this, i](const Packet& packet) { deliver(i, encode(packet)); };
      options.keep = [this, i](const Message& message) { all[i]->kept.push_back(message); };
      all.push_back(std::make_unique<House>(std::move(options)));
    }
  }

  House& operator[](std::size_t i) { return *all[i]; }

  void deliver(std::size_t from, const std::string& text) {
    carried += text.size();
    if (!all[from]->reachable) return all[from]->hall.receive(decode_packet(text).take());
    for (const auto& house : all) {
      if (house->reachable) house->hall.receive(decode_packet(text).take());
    }
  }

  std::vector<std::unique_ptr<House>> all;
  std::size_t carried = 0;  // bytes that were posted
  std::int64_t wall = 0;
  TimePoint now{std::chrono::hours(1)};
};

}  // namespace weir::chat::testing
