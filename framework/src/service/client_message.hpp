// ClientMessage: one message of a client, from the call that made it to its one report.
// Layer: service, private. It lives in one list at a time and moves by splicing.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>

#include "weir/core/time.hpp"
#include "weir/io/timer_queue.hpp"
#include "weir/service/client_options.hpp"

namespace weir {

struct ClientMessage;
using MessageList = std::list<ClientMessage>;

class MessageOwner {
 public:
  virtual void on_expired(ClientMessage& message) = 0;

 protected:
  ~MessageOwner() = default;
};

struct ClientMessage final : Timer {
  ClientMessage(MessageOwner& its_owner, std::string_view its_text)
      : owner(its_owner), text(its_text), charged(text.size()) {}
  ~ClientMessage() override = default;

  /// Where it is; `arrived` until the loop has seen it.
  enum class Place : std::uint8_t { arrived, waiting, handed, in_flight, finished };

  [[nodiscard]] bool is_call() const { return static_cast<bool>(on_answer); }
  /// With its memory, which a string that is only emptied keeps.
  void drop_text() { std::string().swap(text); }

  MessageOwner& owner;
  MessageList::iterator self{};
  std::uint64_t number = 0;  // in the order of calling
  std::string text;
  std::size_t charged;  // bytes that it counts for in the queue
  bool counted = true;  // it counts as a message in the queue
  Place place = Place::arrived;

  bool expects_answer = false;
  bool retry = false;
  std::optional<std::uint64_t> id;
  /// When it is given up; a message that is posted is given up only so long after it went out.
  TimePoint expires = TimePoint::max();
  Duration answer_within = Duration::zero();

  std::uint64_t begin = 0;  // its frame, in the bytes of its connection
  std::uint64_t end = 0;
  std::uint64_t turn = 0;  // of its answer, where answers come in order
  std::size_t cuts = 0;

  AnswerHandler on_answer;  // one of these, or none
  ReportHandler on_report;
  Delivery outcome = Delivery::lost;
  std::string answer;
  Error reason;

 private:
  void on_timer() override { owner.on_expired(*this); }
};

}  // namespace weir
