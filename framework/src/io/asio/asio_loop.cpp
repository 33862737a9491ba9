#include "io/asio/asio_loop.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>

#include "io/acceptor.hpp"
#include "io/asio/asio_transport.hpp"
#include "io/given_connection.hpp"
#include "io/local_connect.hpp"
#include "io/mailbox.hpp"
#include "io/messages/messages.hpp"
#include "io/socket.hpp"

namespace weir {

namespace {

using Protocol = asio::generic::stream_protocol;

Protocol protocol_of(const SocketAddress& address) { return {address.family(), 0}; }

}  // namespace

/// Waits for "readable" and "writable" through Asio, again and again.
class AsioLoop::AsioWatch final : public Watch {
 public:
  AsioWatch(AsioLoop& loop, int descriptor, Task on_readable, Task on_writable)
      : state_(std::make_shared<State>(loop, descriptor, std::move(on_readable),
                                       std::move(on_writable))) {
    State::wait(state_, state_->reading);
  }
  ~AsioWatch() override { state_->end(); }
  void want(bool readable, bool writable) override {
    state_->reading.wanted = readable;
    state_->writing.wanted = writable;
    State::wait(state_, state_->reading);
    State::wait(state_, state_->writing);
  }

 private:
  /// One of the two directions. A wait that is under way when nobody wants it any more is left
  /// alone, and tells nothing.
  struct Direction {
    asio::posix::descriptor_base::wait_type type;
    Task task;
    bool wanted;
    bool waiting = false;
  };
  /// Lives until the last wait has ended, which may be after the watch.
  struct State {
    State(AsioLoop& owner, int descriptor, Task on_readable, Task on_writable)
        : loop(owner),
          waiter(owner.executor(), descriptor),
          reading{asio::posix::descriptor_base::wait_read, std::move(on_readable), true},
          writing{asio::posix::descriptor_base::wait_write, std::move(on_writable), false} {}
    ~State() { end(); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    /// `way` is one of the two of `self`.
    static void wait(const std::shared_ptr<State>& self, Direction& way) {
      if (!way.wanted || self->ended || std::exchange(way.waiting, true)) return;
      self->waiter.async_wait(way.type, [self, &way](const boost::system::error_code& error) {
        way.waiting = false;
        if (error || self->ended) return;
        if (way.wanted) {
          self->loop.enter();
          way.task();
          self->loop.leave();
        }
        wait(self, way);
      });
    }
    void end() {
      // Forgets the descriptor without closing it.
      if (!std::exchange(ended, true)) waiter.release();
    }

    AsioLoop& loop;
    asio::posix::basic_stream_descriptor<AsioExecutor> waiter;
    Direction reading;
    Direction writing;
    bool ended = false;
  };

  std::shared_ptr<State> state_;
};

class AsioLoop::AsioListener final : public Listener, private Timer {
 public:
  AsioListener(AsioLoop& loop, net::Listening listening, const ListenOptions& options,
               AcceptSink& sink)
      : loop_(loop), acceptor_(std::move(listening), options, sink) {
    resume();
  }
  ~AsioListener() override = default;
  [[nodiscard]] SocketAddress local() const override { return acceptor_.local(); }
  [[nodiscard]] int descriptor() const override { return acceptor_.descriptor(); }
  [[nodiscard]] std::size_t max_message() const override { return acceptor_.max_message(); }

 private:
  void resume() {
    watch_ = std::make_unique<AsioWatch>(
        loop_, acceptor_.descriptor(),
        [this] {
          if (acceptor_.accept_some()) return;
          watch_.reset();
          rest();
        },
        Task());
  }
  void rest() { loop_.timers().arm(*this, later(loop_.now(), acceptor_.pause())); }
  void on_timer() override {
    try {
      resume();
    } catch (const std::exception&) {
      rest();  // the system has no room to watch it: as good as no room for a connection
    }
  }

  AsioLoop& loop_;
  Acceptor acceptor_;
  std::unique_ptr<AsioWatch> watch_;  // before acceptor_ goes, which closes the descriptor
};

/// A connect on its way; its operation owns it.
class AsioLoop::Connector final : private Timer, public std::enable_shared_from_this<Connector> {
 public:
  Connector(AsioLoop& loop, const SocketAddress& address, ConnectHandler handler)
      : loop_(loop), socket_(loop.context_), address_(address), handler_(std::move(handler)) {}
  ~Connector() override = default;

  /// The handler is never called inside connect().
  void start(const ConnectOptions& options) {
    auto begun = net::begin_connect(address_, options.socket);
    if (!begun.ok()) return tell_later(begun.error());
    if (begun.value().connected) return tell_later(std::move(begun.value().socket));
    boost::system::error_code error;
    socket_.assign(protocol_of(address_), begun.value().socket.get(), error);
    if (error) return tell_later(net::cannot_connect(address_, error.value()));
    static_cast<void>(begun.value().socket.release());
    loop_.timers().arm(*this, later(loop_.clock_now(), options.deadline));
    wait();
  }

 private:
  void tell_later(Result<Descriptor> connected) {
    loop_.post([self = shared_from_this(), connected = std::move(connected)]() mutable {
      if (!connected.ok()) return self->handler_(connected.error());
      self->handler_(AsioLoop::transport_on(self->loop_, connected.take(), self->address_));
    });
  }

  // Asio's own async_connect would ask poll(2) and SO_ERROR, and its socket would have to be taken
  // from it, and registered again, for SOCK_CLOEXEC and our options.
  void wait() {
    socket_.async_wait(AsioTransport::Socket::wait_write,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                         self->loop_.enter();
                         self->on_writable(error.value());
                         self->loop_.leave();
                       });
  }
  void on_writable(int error) {
    if (error == 0) error = net::connect_progress(socket_.native_handle(), address_);
    if (error == EINPROGRESS) return wait();
    cancel();
    if (timed_out_) error = ETIMEDOUT;
    if (error != 0) return handler_(net::cannot_connect(address_, error));
    handler_(TransportPtr(new AsioTransport(loop_, std::move(socket_), address_)));
  }
  void on_timer() override {
    // on_writable() comes with the operation, which this ends.
    timed_out_ = true;
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

  AsioLoop& loop_;
  AsioTransport::Socket socket_;
  SocketAddress address_;
  ConnectHandler handler_;
  bool timed_out_ = false;
};

// One thread runs the context and touches it; other threads come through wake_up_. So Asio needs
// no lock, neither around its descriptors nor around its queue.
AsioLoop::AsioLoop()
    : context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE),
      tick_(context_),
      read_buffer_(new char[read_size]) {
  if (!wake_up_.valid()) {
    throw boost::system::system_error(errno, boost::system::system_category(), "eventfd");
  }
  wake_watch_ = std::make_unique<AsioWatch>(
      *this, wake_up_.descriptor(),
      [this] {
        wake_up_.drain();
        round();
        if (stopping_.load()) context_.stop();
      },
      Task());
}

AsioLoop::~AsioLoop() { close_mailbox(); }

void AsioLoop::run() {
  mailbox()->set_owner(std::this_thread::get_id());
  context_.restart();
  if (!stopping_.load()) {
    enter();
    leave();
    context_.run();  // wake_watch_ keeps it from running out of work
  }
  stopping_.store(false);
}

void AsioLoop::stop() {
  stopping_.store(true);
  wake();
}

void AsioLoop::wake() { wake_up_.signal(); }

void AsioLoop::need_round() {
  if (std::exchange(round_posted_, true)) return;
  asio::post(context_, [this] {
    round_posted_ = false;
    round();
  });
}

void AsioLoop::round() {
  enter();
  reads_before_round_ = reads_;
  run_posted();
  run_deferred();
  leave();
}

void AsioLoop::arm_tick() {
  tick_at_ = next_timer();
  tick_.expires_at(tick_at_);  // ends the wait before
  tick_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    tick_at_ = TimerQueue::never;
    update_now();
    run_timers();
    leave();
  });
}

Result<std::unique_ptr<Listener>> AsioLoop::listen(const SocketAddress& address,
                                                   const ListenOptions& options, AcceptSink& sink) {
  if (address.form() == SocketAddress::Form::queue) {
    return listen_on_queue(*this, address, options, sink);
  }
  auto opened = net::open_listener(address, options);
  if (!opened.ok()) return opened.error();
  if (opened.value().local.kind() == SocketKind::datagram) {
    return listen_for_datagrams(*this, opened.take(), options, sink);
  }
  if (opened.value().connected) {
    return std::unique_ptr<Listener>(
        std::make_unique<GivenConnection>(*this, opened.take(), options, sink));
  }
  try {
    return std::unique_ptr<Listener>(
        std::make_unique<AsioListener>(*this, opened.take(), options, sink));
  } catch (const boost::system::system_error& error) {
    return system_error("cannot listen on " + address.to_string(), error.code().value());
  }
}

Result<std::unique_ptr<Watch>> AsioLoop::watch(int descriptor, Task on_readable, Task on_writable) {
  try {
    return std::unique_ptr<Watch>(std::make_unique<AsioWatch>(
        *this, descriptor, std::move(on_readable), std::move(on_writable)));
  } catch (const boost::system::system_error& error) {
    return system_error("asio cannot watch one more descriptor", error.code().value());
  }
}

Result<TransportPtr> AsioLoop::adopt(Accepted accepted) {
  if (accepted.transport != nullptr) return std::move(accepted.transport);
  if (keeps_boundaries(accepted.peer.kind())) return adopt_messages(*this, std::move(accepted));
  return TransportPtr(new AsioTransport(*this, std::move(accepted.descriptor), accepted.peer));
}

Result<TransportPtr> AsioLoop::transport_on(AsioLoop& loop, Descriptor descriptor,
                                            const SocketAddress& peer) {
  AsioTransport::Socket socket(loop.context_);
  boost::system::error_code error;
  socket.assign(protocol_of(peer), descriptor.get(), error);
  if (error) return system_error("asio cannot watch one more descriptor", error.value());
  static_cast<void>(descriptor.release());
  return TransportPtr(new AsioTransport(loop, std::move(socket), peer));
}

void AsioLoop::connect(const SocketAddress& address, const ConnectOptions& options,
                       ConnectHandler handler) {
  if (connects_at_once(address)) return connect_local(*this, address, options, std::move(handler));
  std::make_shared<Connector>(*this, address, std::move(handler))->start(options);
}

}  // namespace weir
