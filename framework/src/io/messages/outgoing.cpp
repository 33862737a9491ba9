#include "io/messages/outgoing.hpp"

#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace weir {

namespace {

/// Longer messages go alone: what is cut apart must fit the way to the peer, and this fits almost
/// every one (1,500 bytes less the headers of IPv6 and UDP).
constexpr std::size_t most_segment = 1452;
/// Of one packet before it is cut apart.
constexpr std::size_t most_packet = 60'000;

/// The ancillary data that says where to cut.
union Control {
  cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(std::uint16_t))];
};

}  // namespace

/// What one sendmmsg() is given, and which messages each entry of it is.
struct Outgoing::Entries {
  std::array<mmsghdr, most_messages> headers;
  std::array<iovec, most_messages> places;
  std::array<Control, most_messages> controls;
  std::array<std::size_t, most_messages> message_of;  // of each place
  std::size_t count = 0;
  std::size_t place_count = 0;

  [[nodiscard]] std::size_t messages_in(std::size_t entry) const {
    return headers[entry].msg_hdr.msg_iovlen;
  }
};

bool Outgoing::Message::goes_where(const Message& other) const {
  return to_size == other.to_size && std::memcmp(&to, &other.to, to_size) == 0;
}

void Outgoing::append(const SocketAddress& to, std::string_view message) {
  Message& made = messages_[count_++];
  std::memcpy(&made.to, to.data(), to.size());
  made.to_size = static_cast<socklen_t>(to.size());
  made.begin = bytes_.size();
  made.size = message.size();
  made.done = false;
  bytes_.append(message);
}

void Outgoing::gather(Entries& entries) {
  entries.count = entries.place_count = 0;
  for (std::size_t i = 0; i < count_; ++i) messages_[i].done = false;
  for (std::size_t i = 0; i < count_; ++i) {
    if (!messages_[i].done) add_entry(entries, i);
  }
}

/// One entry of the message `first` and those that may go with it.
void Outgoing::add_entry(Entries& entries, std::size_t first) {
  const Message& leader = messages_[first];
  const std::size_t entry = entries.count++;
  const std::size_t first_place = entries.place_count;
  char* bytes = const_cast<char*>(bytes_.view().data());
  std::size_t total = 0;
  const auto take = [&](std::size_t i) {
    Message& message = messages_[i];
    message.done = true;
    total += message.size;
    entries.message_of[entries.place_count] = i;
    entries.places[entries.place_count++] = {bytes + message.begin, message.size};
  };
  take(first);
  if (segments_ && leader.size <= most_segment) {
    for (std::size_t i = first + 1; i < count_ && total + leader.size <= most_packet; ++i) {
      if (messages_[i].done || !messages_[i].goes_where(leader)) continue;
      // The last piece may be shorter. A longer one begins an entry of its own.
      if (messages_[i].size > leader.size) break;
      take(i);
      if (messages_[i].size < leader.size) break;
    }
  }
  msghdr& header = entries.headers[entry].msg_hdr;
  header = {};
  header.msg_name = &messages_[first].to;
  header.msg_namelen = leader.to_size;
  header.msg_iov = &entries.places[first_place];
  header.msg_iovlen = entries.place_count - first_place;
  if (header.msg_iovlen == 1) return;
  Control& control = entries.controls[entry];
  control = {};
  header.msg_control = &control;
  header.msg_controllen = sizeof control.bytes;
  control.header.cmsg_level = SOL_UDP;
  control.header.cmsg_type = UDP_SEGMENT;
  control.header.cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
  const auto size = static_cast<std::uint16_t>(leader.size);
  std::memcpy(CMSG_DATA(&control.header), &size, sizeof size);
}

Outgoing::Result Outgoing::send(int socket) {
  Result result;
  Entries entries;
  gather(entries);
  const bool could_cut = segments_;
  std::size_t sent = 0;
  while (sent < entries.count) {
    const int some =
        ::sendmmsg(socket, entries.headers.data() + sent,
                   static_cast<unsigned>(entries.count - sent), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (some > 0) {
      sent += static_cast<std::size_t>(some);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      keep_unsent(entries, sent);
      result.all = false;
      segments_ = could_cut;
      return result;
    } else if (errno != EINTR && entries.messages_in(sent) > 1) {
      // No device, or not this way to the peer, takes what is to be cut apart: one by one then.
      const bool never = errno == EIO || errno == EOPNOTSUPP || errno == ENOPROTOOPT;
      segments_ = false;
      keep_unsent(entries, sent);
      const Result rest = send(socket);
      segments_ = could_cut && !never;
      return {rest.all, result.unsendable + rest.unsendable};
    } else if (errno != EINTR) {
      // It concerns this one message, or one that went out before: its peer may never hear of it.
      ++sent;
      ++result.unsendable;
    }
  }
  count_ = 0;
  bytes_.clear();
  if (bytes_.capacity() > 2 * most_bytes) bytes_.release();
  return result;
}

/// Only what is not in the first `sent` entries is left, in its old order.
void Outgoing::keep_unsent(const Entries& entries, std::size_t sent) {
  for (Message& message : messages_) message.done = false;
  std::size_t place = 0;
  for (std::size_t entry = 0; entry < sent; ++entry) {
    for (std::size_t i = 0; i < entries.messages_in(entry); ++i) {
      messages_[entries.message_of[place++]].done = true;
    }
  }
  const auto end = messages_.begin() + static_cast<std::ptrdiff_t>(count_);
  const auto left =
      std::remove_if(messages_.begin(), end, [](const Message& each) { return each.done; });
  count_ = static_cast<std::size_t>(left - messages_.begin());
}

}  // namespace weir
