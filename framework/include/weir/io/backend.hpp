// Backends by name: the one place that knows them all is src/io/backend.cpp. Layer: io.
//
//     asio     Boost.Asio's io_context (the default)
//     select   our reactor on select(2): descriptors below FD_SETSIZE only
//     poll     our reactor on poll(2)
//     epoll    our reactor on epoll(7), level-triggered
//     spin     our reactor without waiting: tries every socket in turn, and burns a processor
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "weir/core/error.hpp"
#include "weir/io/event_loop.hpp"

namespace weir {

/// The names that make_loop() takes, the default first.
[[nodiscard]] std::span<const std::string_view> backends();

/// A new loop. The error of an unknown name lists the known ones; a loop that the system has no
/// descriptors for is an error as well.
[[nodiscard]] Result<std::unique_ptr<EventLoop>> make_loop(std::string_view backend);

}  // namespace weir
