#include "kv/topics.hpp"

#include <initializer_list>

#include "kv/glob.hpp"
#include "weir/framing/resp_writer.hpp"

namespace weir::kv {

namespace {

/// A message in both protocols; each is written when somebody needs it.
class Message {
 public:
  explicit Message(std::initializer_list<std::string_view> words) : words_(words) {}

  std::size_t send(const std::map<std::uint64_t, Topics::Subscriber>& members) {
    for (const auto& [id, client] : members) {
      const bool three = client->protocol.load(std::memory_order_relaxed) == 3;
      std::string& bytes = three ? pushed_ : array_;
      if (bytes.empty()) write(bytes, three);
      client->session.send(bytes);
    }
    return members.size();
  }

 private:
  void write(std::string& bytes, bool three) const {
    RespWriter writer(bytes);
    three ? writer.push(words_.size()) : writer.array(words_.size());
    for (const std::string_view word : words_) writer.bulk(word);
  }

  std::vector<std::string_view> words_;
  std::string array_;
  std::string pushed_;
};

}  // namespace

void Topics::add(Names& names, std::string_view name, const Subscriber& client) {
  auto found = names.find(name);
  if (found == names.end()) found = names.try_emplace(std::string(name)).first;
  found->second.emplace(client->id, client);
}

void Topics::remove(Names& names, std::string_view name, std::uint64_t client) {
  const auto found = names.find(name);
  if (found == names.end()) return;
  found->second.erase(client);
  if (found->second.empty()) names.erase(found);
}

void Topics::subscribe(std::string_view channel, const Subscriber& client) {
  const std::lock_guard lock(mutex_);
  add(channels_, channel, client);
}

void Topics::unsubscribe(std::string_view channel, std::uint64_t client) {
  const std::lock_guard lock(mutex_);
  remove(channels_, channel, client);
}

void Topics::subscribe_pattern(std::string_view pattern, const Subscriber& client) {
  const std::lock_guard lock(mutex_);
  add(patterns_, pattern, client);
}

void Topics::unsubscribe_pattern(std::string_view pattern, std::uint64_t client) {
  const std::lock_guard lock(mutex_);
  remove(patterns_, pattern, client);
}

std::size_t Topics::publish(std::string_view channel, std::string_view message) {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  if (const auto found = channels_.find(channel); found != channels_.end()) {
    count += Message({"message", channel, message}).send(found->second);
  }
  for (const auto& [pattern, members] : patterns_) {
    if (!glob_matches(pattern, channel)) continue;
    count += Message({"pmessage", pattern, channel, message}).send(members);
  }
  return count;
}

std::vector<std::string> Topics::channels(std::string_view pattern) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  for (const auto& [channel, members] : channels_) {
    if (glob_matches(pattern, channel)) found.push_back(channel);
  }
  return found;
}

std::size_t Topics::subscribers(std::string_view channel) const {
  const std::lock_guard lock(mutex_);
  const auto found = channels_.find(channel);
  return found == channels_.end() ? 0 : found->second.size();
}

std::size_t Topics::patterns() const {
  const std::lock_guard lock(mutex_);
  return patterns_.size();
}

}  // namespace weir::kv
