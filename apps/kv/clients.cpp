#include "kv/clients.hpp"

#include <utility>

#include "kv/command.hpp"

namespace weir::kv {

std::string ClientRecord::name() const {
  const std::lock_guard lock(mutex_);
  return name_;
}

void ClientRecord::set_name(std::string_view name) {
  const std::lock_guard lock(mutex_);
  name_ = name;
}

std::string describe(const ClientRecord& client, Milliseconds now) {
  const Command* last = client.last.load(std::memory_order_relaxed);
  const std::size_t channels = client.channels.load(std::memory_order_relaxed);
  const std::size_t patterns = client.patterns.load(std::memory_order_relaxed);
  const int queued = client.queued.load(std::memory_order_relaxed);
  std::string flags;
  if (channels + patterns != 0) flags += 'P';
  if (queued >= 0) flags += 'x';
  if (client.blocked.load(std::memory_order_relaxed)) flags += 'b';
  if (client.no_evict.load(std::memory_order_relaxed)) flags += 'e';
  if (flags.empty()) flags = "N";
  const Milliseconds last_at = client.last_at.load(std::memory_order_relaxed);
  std::string line = "id=" + std::to_string(client.id);
  line += " addr=" + client.session.peer().to_string();
  line += " laddr=" + client.local;
  line += " fd=-1 name=" + client.name();
  line += " age=" + std::to_string((now - client.since) / 1000);
  line += " idle=" + std::to_string((now - (last_at == 0 ? client.since : last_at)) / 1000);
  line += " flags=" + flags + " db=0 sub=" + std::to_string(channels);
  line += " psub=" + std::to_string(patterns) + " ssub=0 multi=" + std::to_string(queued);
  line += " qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0";
  line += " omem=" + std::to_string(client.session.queued());
  line += " tot-mem=0 events=r cmd=" + std::string(last == nullptr ? "NULL" : last->name);
  line += " user=default redir=-1 resp=" +
          std::to_string(client.protocol.load(std::memory_order_relaxed));
  return line;
}

std::shared_ptr<ClientRecord> Clients::add(const Session& session, Milliseconds now) {
  auto record = std::make_shared<ClientRecord>();
  record->session = session;
  record->since = now;
  const std::lock_guard lock(mutex_);
  record->id = next_++;
  records_.emplace(record->id, record);
  return record;
}

void Clients::remove(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  records_.erase(id);
}

std::size_t Clients::size() const {
  const std::lock_guard lock(mutex_);
  return records_.size();
}

}  // namespace weir::kv
