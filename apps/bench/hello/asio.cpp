// The hello server of tests/consumer/project/main.cpp on Asio alone: lines, sent back. Compiled by
// `weir-bench compare` to see what that takes; also what a line of weir stands for.
#include <boost/asio.hpp>
#include <cstdio>
#include <memory>
#include <string>

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::size_t longest_line = 64 * 1024;

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : socket_(std::move(socket)) {}

  void read() {
    asio::async_read_until(socket_, asio::dynamic_buffer(input_, longest_line), '\n',
                           [self = shared_from_this()](auto error, std::size_t size) {
                             if (!error) self->write(size);
                           });
  }

 private:
  void write(std::size_t size) {
    asio::async_write(socket_, asio::buffer(input_.data(), size),
                      [self = shared_from_this(), size](auto error, std::size_t) {
                        if (error) return;
                        self->input_.erase(0, size);
                        self->read();
                      });
  }

  tcp::socket socket_;
  std::string input_;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](auto error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) std::make_shared<Session>(std::move(socket))->read();
    accept(acceptor);
  });
}

int main() {
  try {
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 7000});
    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](auto, int) { context.stop(); });
    accept(acceptor);
    context.run();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
