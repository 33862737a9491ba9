// DatagramSocket: one bound socket for datagrams and the peers that talk to it. Layer: io/messages,
// private. Held by its listener and by each of its peers: peers that are busy outlive a listener.
// Everything on its loop's thread.
//
//   peers_      [address] -> DatagramPeer     each one a Transport, and so a Connection
//   recent_     the same, the one that was heard last first
//   out_        replies of a batch: they go out with one sendmmsg
//   waiting_    peers whose last write was short
//
// A Unix socket has no room for a peer whose own queue is full, and never says when it has again:
// there each message is sent by itself, and a peer that waits is tried again after a moment.
#pragma once

#include <list>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "io/messages/count_message.hpp"
#include "io/messages/outgoing.hpp"
#include "io/socket.hpp"
#include "weir/io/event_loop.hpp"

namespace weir {

class DatagramPeer;

class DatagramSocket final : private Deferred,
                             private Timer,
                             public std::enable_shared_from_this<DatagramSocket> {
 public:
  enum class Sent : unsigned char { taken, later, peer_gone };

  DatagramSocket(EventLoop& loop, net::Listening listening, const ListenOptions& options,
                 AcceptSink& sink);
  DatagramSocket(const DatagramSocket&) = delete;
  DatagramSocket& operator=(const DatagramSocket&) = delete;
  /// What is gathered goes out.
  ~DatagramSocket() override;
  Status start();
  /// No new peers.
  void stop_accepting() { sink_ = nullptr; }

  [[nodiscard]] EventLoop& loop() { return loop_; }
  [[nodiscard]] int descriptor() const { return listening_.socket.get(); }
  [[nodiscard]] const SocketAddress& local() const { return listening_.local; }
  [[nodiscard]] std::size_t max_message() const { return max_message_; }
  [[nodiscard]] const MessageOptions& options() const { return options_; }
  void count(Counter MessageCounters::*one) { count_message(counters_, one); }

  // For its peers:
  Sent send(const SocketAddress& to, std::string_view message);
  /// May one more message of `size` bytes be held? It counts until give_back().
  [[nodiscard]] bool hold(std::size_t size);
  void give_back(std::size_t size) { held_bytes_ -= size; }
  void wait_for_room(DatagramPeer& peer);
  void forget(DatagramPeer& peer);

 private:
  /// Of the bytes of an address; nobody outside can tell which ones collide.
  struct Hash {
    std::uint64_t seed;
    std::size_t operator()(std::string_view address) const;
  };
  using Recent = std::list<DatagramPeer*>;

  void on_readable();
  void take(std::string_view sender, std::string_view message);
  [[nodiscard]] DatagramPeer* find(std::string_view sender);
  [[nodiscard]] DatagramPeer* accept(const SocketAddress& address);
  [[nodiscard]] bool make_place();
  [[nodiscard]] Sent send_alone(const SocketAddress& to, std::string_view message);
  void flush();
  void room_again();
  void run_deferred() override { flush(); }
  void on_timer() override { room_again(); }

  EventLoop& loop_;
  net::Listening listening_;
  MessageOptions options_;
  MessageCounters* counters_;
  AcceptSink* sink_;
  std::size_t max_message_;
  bool local_;  // a Unix socket
  std::unique_ptr<Watch> watch_;
  std::unordered_map<std::string_view, DatagramPeer*, Hash> peers_;
  Recent recent_;
  Outgoing out_;
  std::vector<DatagramPeer*> waiting_;
  std::size_t held_bytes_ = 0;
  bool in_batch_ = false;
  bool blocked_ = false;  // the system took less than out_
};

}  // namespace weir
