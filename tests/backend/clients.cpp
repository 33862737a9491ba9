#include "backend/clients.hpp"

#include <stdexcept>
#include <utility>

namespace weir::test {

namespace {

class SocketClient final : public Client {
 public:
  SocketClient(const SocketAddress& address, int receive_buffer)
      : socket_(connect_to(address, receive_buffer)) {}

  void send(std::string_view bytes) override { send_all(socket_, bytes); }
  std::size_t send_some(std::string_view bytes) override { return test::send_some(socket_, bytes); }
  std::string read(std::size_t size) override { return read_exactly(socket_, size); }
  Rest read_to_end() override { return test::read_to_end(socket_); }
  std::string exchange(std::string_view out, std::size_t expected, unsigned seed) override {
    return test::exchange(socket_, out, expected, seed);
  }
  void end() override { end_sending(socket_); }
  void close() override { socket_.close(); }
  void reset() override { test::reset(std::move(socket_)); }

 private:
  Descriptor socket_;
};

/// The same where messages stay apart: what was received of one and not read yet is kept.
class PacketClient final : public Client {
 public:
  explicit PacketClient(const SocketAddress& address, int receive_buffer)
      : socket_(connect_to(address, receive_buffer)) {}

  void send(std::string_view bytes) override { send_all(socket_, bytes); }
  std::size_t send_some(std::string_view bytes) override { return test::send_some(socket_, bytes); }
  std::string read(std::size_t size) override {
    while (left_.size() < size) {
      const std::string message = receive();
      if (message.empty()) throw std::runtime_error("the peer ended after '" + left_ + "'");
      left_ += message;
    }
    std::string bytes = left_.substr(0, size);
    left_.erase(0, size);
    return bytes;
  }
  Rest read_to_end() override {
    Rest rest = test::read_to_end(socket_);
    rest.bytes.insert(0, std::exchange(left_, {}));
    return rest;
  }
  std::string exchange(std::string_view, std::size_t, unsigned) override {
    throw std::logic_error("messages are not cut anywhere");
  }
  void end() override { end_sending(socket_); }
  void close() override { socket_.close(); }
  void reset() override { socket_.close(); }

 private:
  std::string receive() {
    wait_until("a message", [&] { return readable(socket_); });
    return read_available(socket_);
  }

  Descriptor socket_;
  std::string left_;
};

}  // namespace

std::unique_ptr<Client> connect_plainly(const SocketAddress& address, int receive_buffer) {
  if (keeps_boundaries(address.kind())) {
    return std::make_unique<PacketClient>(address, receive_buffer);
  }
  return std::make_unique<SocketClient>(address, receive_buffer);
}

}  // namespace weir::test
