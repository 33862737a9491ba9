#include "weir/io/backend.hpp"

#include <array>
#include <string>
#include <system_error>

#include "core/text.hpp"
#include "io/asio/asio_loop.hpp"
#include "io/reactor/reactor_loop.hpp"

namespace weir {

namespace {

constexpr std::array<std::string_view, 5> names{"asio", "select", "poll", "epoll", "spin"};

Result<std::unique_ptr<EventLoop>> make_asio() {
  try {
    return std::unique_ptr<EventLoop>(std::make_unique<AsioLoop>());
  } catch (const boost::system::system_error& error) {
    return system_error("cannot create an asio loop", error.code().value());
  }
}

Result<std::unique_ptr<EventLoop>> make_epoll() {
  auto poller = make_epoll_poller();
  if (!poller.ok()) return poller.error();
  return ReactorLoop::make(poller.take());
}

}  // namespace

std::span<const std::string_view> backends() { return names; }

Result<std::unique_ptr<EventLoop>> make_loop(std::string_view backend) {
  if (backend == "asio") return make_asio();
  if (backend == "select") return ReactorLoop::make(make_select_poller());
  if (backend == "poll") return ReactorLoop::make(make_poll_poller());
  if (backend == "epoll") return make_epoll();
  if (backend == "spin") return ReactorLoop::make(make_spin_poller());
  std::string message = "unknown backend '" + text::printable(backend) + "'; expected";
  for (const std::string_view name : names) message.append(" ").append(name);
  return Error{std::move(message)};
}

}  // namespace weir
