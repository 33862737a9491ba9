// Hall: the rooms, who is in them, what was said. Knows no socket and no text on the wire: people
// come through faces (face.hpp), and messages go out and come back by the post (packet.hpp), which
// is a bus or, in a test, a function.
//
//     enter, say, ...  --> checks --> post: Message, Presence, Typing --> bus --> other processes
//                                                                          |
//     faces  <-- tell(room, event) <-- rooms <------- receive() <----------+
//
// A message is heard here when it comes back: so all who are here hear one order.
//
// Threads: everything from any, one lock. The post is called without it.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chat/face.hpp"
#include "chat/limits.hpp"
#include "chat/packet.hpp"
#include "chat/people.hpp"
#include "chat/room_log.hpp"
#include "weir/core/error.hpp"
#include "weir/core/task.hpp"

namespace weir::chat {

struct HallOptions {
  Limits limits{};
  /// Names this process among others, and in each run anew.
  std::string process{};
  /// Names the order of the kept messages: as long-lived as they are.
  std::string log{};
  /// Milliseconds since 1970.
  UniqueFunction<std::int64_t()> wall_clock{};
  /// Steady time, for how often.
  UniqueFunction<TimePoint()> clock{};
  /// There may be other processes, which want to know who is here.
  bool others = false;
  /// To all processes, this one included.
  UniqueFunction<void(const Packet&)> post{};
  /// Called for each message that is new, in order, under the lock.
  UniqueFunction<void(const Message&)> keep{};
};

/// How somebody comes in.
struct Entry {
  std::string room{};
  std::string nick{};
  /// A secret of the person's: who has it takes over the connection that came with it, and its
  /// nickname, also when it came by another process. May be empty.
  std::string key{};
  /// What the person has seen of the room.
  std::optional<Cursor> seen{};
};

/// What somebody sees who has come in.
struct Welcome {
  std::string room{};
  std::string nick{};
  std::vector<std::string> people{};
  Replay replay{};
  std::string log{};
  Condition condition{};
};

enum class SayResult : std::uint8_t {
  sent,
  known,  // it was said before
};

struct RoomSummary {
  std::string name;
  std::size_t people = 0;
};

/// How a hall is now.
struct HallStats {
  std::size_t rooms = 0;
  std::size_t people_here = 0;
  std::size_t people_elsewhere = 0;  // in other processes
  std::uint64_t messages = 0;        // that were heard, since the beginning
  std::size_t kept = 0;              // messages
  std::size_t processes = 0;         // other ones
  Condition condition{};
};

/// An Error's message is for the person.
class Hall {
 public:
  explicit Hall(HallOptions options);
  Hall(const Hall&) = delete;
  Hall& operator=(const Hall&) = delete;

  /// What was kept by an earlier process; before anybody comes.
  void restore(std::vector<Message> messages);

  /// Leaves the room where `member` was, and enters another, or the same one again. A nickname that
  /// is taken gets a number. `face` outlives the hall's use of the member.
  [[nodiscard]] Result<Welcome> enter(MemberId member, Face& face, Entry entry);
  /// No more of `member`, who may be unknown.
  void leave(MemberId member);
  /// `id` is empty for who makes none.
  [[nodiscard]] Result<SayResult> say(MemberId member, std::string_view text,
                                      std::string_view id = "");
  /// Answers the new nickname. One that is taken is refused.
  [[nodiscard]] Result<std::string> rename(MemberId member, std::string_view nick);
  void typing(MemberId member);

  [[nodiscard]] Result<std::vector<std::string>> people(MemberId member) const;
  /// Those with people first, at most Limits::rooms.
  [[nodiscard]] std::vector<RoomSummary> rooms() const;

  [[nodiscard]] HallStats stats() const;

  /// What the post brings, from this process or another.
  void receive(Packet packet);
  /// The post has lost something.
  void lost(std::uint64_t messages);
  /// "" is well again.
  void set_bus_condition(std::string why);
  void set_history_condition(std::string why);

  /// To all processes: what was said and who is there? With what is known here.
  void ask();
  /// To all processes, once in a while: who is here. Processes that were silent for three rounds
  /// are gone, and their people with them.
  void announce();

 private:
  struct Room {
    explicit Room(const Limits& limits) : log(limits) {}
    People people;
    RoomLog log;
  };
  using Rooms = std::map<std::string, Room, std::less<>>;
  struct Seat {
    std::string room;
    std::string nick;
    std::string mark;  // of the key
    Face* face = nullptr;
    TimePoint typed{};
    std::int64_t since = 0;  // by the wall clock
  };

  [[nodiscard]] Room* find_room(std::string_view name);
  Room* make_room(const std::string& name);
  void remove_if_unused(const std::string& name);
  void tell(const Room& room, const std::string& name, const Event& event);
  void tell_all(const Event& event);
  [[nodiscard]] Result<Welcome> enter_locked(MemberId member, Face& face, const Entry& entry,
                                             std::vector<Packet>& packets);
  /// Out of the room where it is; nobody is told. Answers that room and the nickname.
  std::optional<Seat> unseat(MemberId member);
  /// The same, and the others are told.
  void remove(MemberId member, std::vector<Packet>& packets);
  [[nodiscard]] std::optional<std::string> leave_for(MemberId old, const std::string& room,
                                                     std::vector<Packet>& packets);
  void hear(Message message);
  void hear(const Presence& presence);
  void hear(const PresenceChange& change, std::vector<Packet>& packets);
  /// False when there are too many to remember one more.
  bool hear_of(const std::string& process);
  /// In a room of another process. `was`: what the one who came was called so far; "" for who was
  /// not there.
  void came_elsewhere(Room& room, const std::string& name, const std::string& process,
                      const Person& person, std::string was);
  /// The same person, by another connection of this process.
  std::optional<std::string> end_older(const std::string& mark, const std::string& room,
                                       std::vector<Packet>& packets);
  void hear_silence(const std::string& process);
  [[nodiscard]] std::vector<Packet> answer() const;
  void change_condition(Condition now);
  [[nodiscard]] Packet presence_in(const std::string& room) const;
  [[nodiscard]] Packet change_in(const std::string& room, std::string went,
                                 std::optional<Person> came = {});
  void post(const std::vector<Packet>& packets);

  HallOptions options_;
  mutable std::mutex mutex_;
  Rooms rooms_;
  std::unordered_map<MemberId, Seat> seats_;
  std::unordered_map<std::string, MemberId> marks_;
  std::map<std::string, int> heard_of_;  // processes: rounds since they were heard of
  std::uint64_t heard_ = 0;              // messages
  Condition condition_;
};

}  // namespace weir::chat
