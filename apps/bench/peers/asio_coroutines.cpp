// weir-peer-asio-coroutines: plain Boost.Asio as its C++20 examples have it, a coroutine a
// connection, on one io_context and one thread.
//
// In mode frames a frame is the usual two async_reads, header and body, and one async_write: the
// loop reads best so, and pays for each of the three on its own, also where many frames have come
// together. asio_callbacks.cpp is the one that does not.
#include <array>
#include <boost/asio.hpp>
#include <chrono>
#include <csignal>
#include <iostream>
#include <utility>
#include <vector>

#include "peers/command.h"
#include "peers/frame.h"

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;

constexpr std::size_t read_size = std::size_t{16} * 1024;

awaitable<void> echo(tcp::socket socket) {
  std::array<unsigned char, read_size> bytes{};
  for (;;) {
    const std::size_t size = co_await socket.async_read_some(asio::buffer(bytes), use_awaitable);
    co_await asio::async_write(socket, asio::buffer(bytes, size), use_awaitable);
  }
}

awaitable<void> echo_frames(tcp::socket socket) {
  std::array<unsigned char, frame_header> header{};
  std::vector<unsigned char> body;
  for (;;) {
    co_await asio::async_read(socket, asio::buffer(header), use_awaitable);
    const std::size_t length = frame_length(header.data());
    if (length > max_frame) co_return;
    body.resize(length);
    co_await asio::async_read(socket, asio::buffer(body), use_awaitable);
    const std::array answer = {asio::buffer(header), asio::buffer(body)};
    co_await asio::async_write(socket, answer, use_awaitable);
  }
}

/// Ends with an exception when the peer has finished or broken off; nobody asks for it.
void start(const asio::any_io_executor& executor, tcp::socket socket, Mode mode) {
  if (mode == mode_frames) {
    asio::co_spawn(executor, echo_frames(std::move(socket)), asio::detached);
  } else {
    asio::co_spawn(executor, echo(std::move(socket)), asio::detached);
  }
}

awaitable<void> listen(tcp::acceptor& acceptor, Mode mode) {
  for (;;) {
    boost::system::error_code error;
    tcp::socket socket = co_await acceptor.async_accept(asio::redirect_error(use_awaitable, error));
    if (error) {  // out of descriptors, most likely
      std::cerr << "accept: " << error.message() << '\n';
      asio::steady_timer pause(acceptor.get_executor(), std::chrono::seconds(1));
      co_await pause.async_wait(use_awaitable);
    } else {
      start(acceptor.get_executor(), std::move(socket), mode);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Command command = read_command(argc, argv, mode_frames);
  try {
    asio::io_context context(1);
    asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&context](boost::system::error_code, int) { context.stop(); });
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), command.port});
    acceptor.set_option(tcp::no_delay(true));  // accepted sockets inherit it on Linux
    say_listening(acceptor.local_endpoint().port());
    asio::co_spawn(context, listen(acceptor, command.mode), asio::detached);
    context.run();
    return 0;
  } catch (const std::exception& failure) {
    std::cerr << "weir-peer-asio-coroutines: " << failure.what() << '\n';
    return 1;
  }
}
