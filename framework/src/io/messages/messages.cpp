#include "io/messages/messages.hpp"

#include "io/messages/datagram_socket.hpp"
#include "io/messages/message_transport.hpp"
#include "io/messages/socket_port.hpp"

namespace weir {

namespace {

class DatagramListener final : public Listener {
 public:
  explicit DatagramListener(std::shared_ptr<DatagramSocket> socket) : socket_(std::move(socket)) {}
  ~DatagramListener() override { socket_->stop_accepting(); }
  [[nodiscard]] SocketAddress local() const override { return socket_->local(); }
  [[nodiscard]] int descriptor() const override { return socket_->descriptor(); }
  [[nodiscard]] std::size_t max_message() const override { return socket_->max_message(); }

 private:
  std::shared_ptr<DatagramSocket> socket_;
};

}  // namespace

Result<std::unique_ptr<Listener>> listen_for_datagrams(EventLoop& loop, net::Listening listening,
                                                       const ListenOptions& options,
                                                       AcceptSink& sink) {
  auto socket = std::make_shared<DatagramSocket>(loop, std::move(listening), options, sink);
  if (const Status started = socket->start(); !started.ok()) {
    return Error{"cannot listen on " + socket->local().to_string() + ": " + started.error().message,
                 started.error().code};
  }
  return std::unique_ptr<Listener>(std::make_unique<DatagramListener>(std::move(socket)));
}

Result<TransportPtr> adopt_messages(EventLoop& loop, Accepted accepted) {
  const std::size_t most = net::max_message(accepted.peer, accepted.messages);
  auto port = std::make_unique<SocketPort>(std::move(accepted.descriptor), accepted.peer, most);
  return TransportPtr(new MessageTransport(loop, std::move(port), accepted.counters));
}

}  // namespace weir
