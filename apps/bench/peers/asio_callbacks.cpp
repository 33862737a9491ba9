// weir-peer-asio-callbacks: plain Boost.Asio as its examples have it, a Session that its handlers
// keep alive, on one io_context and one thread.
//
// In mode echo a read is followed by its write, and that by the next read. In mode frames a read
// takes what there is, and the answers to all frames of it go out in one async_write: not what the
// examples do, which read a header and then a body (asio_coroutines.cpp does), but what somebody
// does who has seen what that costs. In a broadcast every member has a queue of messages, as in
// Asio's chat example; who has more than most_queued bytes in it ends.
#include <array>
#include <boost/asio.hpp>
#include <chrono>
#include <csignal>
#include <cstring>
#include <deque>
#include <iostream>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "peers/command.h"
#include "peers/frame.h"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t read_size = std::size_t{16} * 1024;
constexpr std::size_t most_queued = std::size_t{8} << 20U;

using Bytes = std::span<const unsigned char>;

class EchoSession : public std::enable_shared_from_this<EchoSession> {
 public:
  explicit EchoSession(tcp::socket socket) : socket_(std::move(socket)) {}

  void start() {
    socket_.async_read_some(asio::buffer(bytes_),
                            [self = shared_from_this()](error_code error, std::size_t size) {
                              if (!error) self->write(size);
                            });
  }

 private:
  void write(std::size_t size) {
    asio::async_write(socket_, asio::buffer(bytes_, size),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (!error) self->start();
                      });
  }

  tcp::socket socket_;
  std::array<unsigned char, read_size> bytes_{};
};

/// Input that grows to the longest frame that came.
class Input {
 public:
  asio::mutable_buffer room() {
    if (size_ == bytes_.size()) bytes_.resize(2 * size_);
    return asio::buffer(bytes_) + size_;
  }

  /// Each whole frame, header and payload, after `size` more bytes. False: one is too long.
  template <class OnFrame>
  bool take(std::size_t size, OnFrame on_frame) {
    size_ += size;
    Bytes rest(bytes_.data(), size_);
    while (rest.size() >= frame_header) {
      const std::size_t length = frame_length(rest.data());
      if (length > max_frame) return false;
      if (rest.size() - frame_header < length) break;
      on_frame(rest.first(frame_header + length));
      rest = rest.subspan(frame_header + length);
    }
    std::memmove(bytes_.data(), rest.data(), rest.size());
    size_ = rest.size();
    return true;
  }

 private:
  std::vector<unsigned char> bytes_ = std::vector<unsigned char>(read_size);
  std::size_t size_ = 0;
};

class FramesSession : public std::enable_shared_from_this<FramesSession> {
 public:
  explicit FramesSession(tcp::socket socket) : socket_(std::move(socket)) {}

  void start() {
    socket_.async_read_some(input_.room(),
                            [self = shared_from_this()](error_code error, std::size_t size) {
                              if (!error) self->on_read(size);
                            });
  }

 private:
  void on_read(std::size_t size) {
    answers_.clear();
    const auto answer = [this](Bytes frame) {
      answers_.insert(answers_.end(), frame.begin(), frame.end());
    };
    if (!input_.take(size, answer)) return;
    if (answers_.empty()) {
      start();
      return;
    }
    asio::async_write(socket_, asio::buffer(answers_),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (!error) self->start();
                      });
  }

  tcp::socket socket_;
  Input input_;
  std::vector<unsigned char> answers_;
};

class Member;
using Room = std::set<std::shared_ptr<Member>>;

class Member : public std::enable_shared_from_this<Member> {
 public:
  using Message = std::shared_ptr<const std::vector<unsigned char>>;

  Member(tcp::socket socket, Room& room) : socket_(std::move(socket)), room_(room) {}

  void start() {
    room_.insert(shared_from_this());
    read();
  }

  void deliver(const Message& message) {
    queued_ += message->size();
    if (queued_ > most_queued) {
      // Its handlers take it out of the room, in which somebody is walking.
      error_code ignored;
      socket_.close(ignored);
      return;
    }
    queue_.push_back(message);
    if (queue_.size() == 1) write();
  }

 private:
  void read() {
    socket_.async_read_some(input_.room(),
                            [self = shared_from_this()](error_code error, std::size_t size) {
                              const auto tell = [&self](Bytes frame) { self->tell_all(frame); };
                              if (!error && self->input_.take(size, tell)) {
                                self->read();
                              } else {
                                self->room_.erase(self);
                              }
                            });
  }

  void tell_all(Bytes frame) {
    const auto message =
        std::make_shared<const std::vector<unsigned char>>(frame.begin(), frame.end());
    for (const auto& member : room_) member->deliver(message);
  }

  void write() {
    asio::async_write(
        socket_, asio::buffer(*queue_.front()),
        [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
  }

  void on_written(error_code error) {
    if (error) {
      room_.erase(shared_from_this());
      return;
    }
    queued_ -= queue_.front()->size();
    queue_.pop_front();
    if (!queue_.empty()) write();
  }

  tcp::socket socket_;
  Room& room_;
  Input input_;
  std::deque<Message> queue_;
  std::size_t queued_ = 0;
};

class Server {
 public:
  Server(asio::io_context& context, const Command& command)
      : mode_(command.mode),
        acceptor_(context, {asio::ip::address_v4::loopback(), command.port}),
        pause_(context) {
    acceptor_.set_option(tcp::no_delay(true));  // accepted sockets inherit it on Linux
    say_listening(acceptor_.local_endpoint().port());
    accept();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (error) {
        wait_for_descriptors(error);
        return;
      }
      start(std::move(socket));
      accept();
    });
  }

  void wait_for_descriptors(error_code error) {
    std::cerr << "accept: " << error.message() << '\n';
    pause_.expires_after(std::chrono::seconds(1));
    pause_.async_wait([this](error_code) { accept(); });
  }

  void start(tcp::socket socket) {
    if (mode_ == mode_echo) {
      std::make_shared<EchoSession>(std::move(socket))->start();
    } else if (mode_ == mode_frames) {
      std::make_shared<FramesSession>(std::move(socket))->start();
    } else {
      std::make_shared<Member>(std::move(socket), room_)->start();
    }
  }

  Mode mode_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  Room room_;
};

}  // namespace

int main(int argc, char** argv) {
  const Command command = read_command(argc, argv, mode_broadcast);
  try {
    asio::io_context context(1);
    asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&context](error_code, int) { context.stop(); });
    Server server(context, command);
    context.run();
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << "weir-peer-asio-callbacks: " << failure.what() << '\n';
    return 1;
  }
}
