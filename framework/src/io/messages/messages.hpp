// What backends ask of this folder: sockets that keep the boundaries of messages, written once for
// all of them on EventLoop::watch(). Layer: io/messages, private.
#pragma once

#include "io/socket.hpp"
#include "weir/io/event_loop.hpp"

namespace weir {

/// Makes a connection of each peer of a bound socket for datagrams.
[[nodiscard]] Result<std::unique_ptr<Listener>> listen_for_datagrams(EventLoop& loop,
                                                                     net::Listening listening,
                                                                     const ListenOptions& options,
                                                                     AcceptSink& sink);
/// mq://NAME: one connection at a time, which reads the queue NAME and writes NAME.reply. Each is
/// made where there is none, and goes with the last of listener and connection; one that was there
/// is used, and stays.
[[nodiscard]] Result<std::unique_ptr<Listener>> listen_on_queue(EventLoop& loop,
                                                                const SocketAddress& address,
                                                                const ListenOptions& options,
                                                                AcceptSink& sink);
/// EventLoop::adopt() of a connected socket.
[[nodiscard]] Result<TransportPtr> adopt_messages(EventLoop& loop, Accepted accepted);
/// The client's end of mq://NAME: writes NAME and reads NAME.reply.
[[nodiscard]] Result<TransportPtr> connect_to_queue(EventLoop& loop, const SocketAddress& address,
                                                    const MessageOptions& options);

}  // namespace weir
