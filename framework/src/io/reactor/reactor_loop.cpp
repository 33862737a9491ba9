#include "io/reactor/reactor_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "io/acceptor.hpp"
#include "io/given_connection.hpp"
#include "io/local_connect.hpp"
#include "io/mailbox.hpp"
#include "io/messages/messages.hpp"
#include "io/reactor/reactor_transport.hpp"
#include "io/socket.hpp"

namespace weir {

class ReactorLoop::ReactorListener final : public Listener, private IoHandler, private Timer {
 public:
  ReactorListener(ReactorLoop& loop, net::Listening listening, const ListenOptions& options,
                  AcceptSink& sink)
      : loop_(loop), acceptor_(std::move(listening), options, sink) {}
  ~ReactorListener() override { loop_.unwatch(acceptor_.descriptor()); }

  Status start() { return loop_.watch(acceptor_.descriptor(), {.read = true}, *this); }
  [[nodiscard]] SocketAddress local() const override { return acceptor_.local(); }
  [[nodiscard]] int descriptor() const override { return acceptor_.descriptor(); }
  [[nodiscard]] std::size_t max_message() const override { return acceptor_.max_message(); }

 private:
  void on_ready(const Ready&) override {
    if (acceptor_.accept_some()) return;
    loop_.want(acceptor_.descriptor(), {});
    loop_.timers().arm(*this, later(loop_.now(), acceptor_.pause()));
  }
  void on_timer() override { loop_.want(acceptor_.descriptor(), {.read = true}); }

  ReactorLoop& loop_;
  Acceptor acceptor_;
};

class ReactorLoop::ReactorWatch final : public Watch, private IoHandler {
 public:
  ReactorWatch(ReactorLoop& loop, int descriptor, Task on_readable, Task on_writable)
      : loop_(loop),
        descriptor_(descriptor),
        tasks_(std::make_shared<Tasks>(Tasks{std::move(on_readable), std::move(on_writable)})) {}
  ~ReactorWatch() override {
    tasks_->gone = true;
    loop_.unwatch(descriptor_);
  }

  Status start() { return loop_.watch(descriptor_, interest_, *this); }
  void want(bool readable, bool writable) override {
    interest_ = {.read = readable, .write = writable};
    loop_.want(descriptor_, interest_);
  }

 private:
  struct Tasks {
    Task on_readable;
    Task on_writable;
    bool gone = false;
  };

  void on_ready(const Ready& ready) override {
    const std::shared_ptr<Tasks> tasks = tasks_;  // either may destroy this
    if ((ready.readable() || ready.failed()) && interest_.read) tasks->on_readable();
    if (tasks->gone) return;
    if ((ready.writable() || ready.failed()) && interest_.write) tasks->on_writable();
  }

  ReactorLoop& loop_;
  int descriptor_;
  Interest interest_{.read = true};
  std::shared_ptr<Tasks> tasks_;
};

/// A connect() on its way; lives in the loop's list until it has told its handler.
class ReactorLoop::Connector final : private IoHandler, private Timer {
 public:
  Connector(ReactorLoop& loop, const SocketAddress& address, ConnectHandler handler)
      : loop_(loop), address_(address), handler_(std::move(handler)) {}
  ~Connector() override {
    if (socket_.valid()) loop_.unwatch_closing(socket_.get());
  }

  /// In the loop's list.
  std::list<std::unique_ptr<Connector>>::iterator place;

  /// Fails later, through the timer: the handler is never called inside connect().
  void start(const ConnectOptions& options) {
    Duration deadline = options.deadline;
    auto begun = net::begin_connect(address_, options.socket);
    if (begun.ok()) {
      socket_ = std::move(begun.value().socket);
      if (begun.value().connected) {
        loop_.post([this] { connected(); });
        return;
      }
      if (Status watched = loop_.watch(socket_.get(), {.write = true}, *this); !watched.ok()) {
        failure_ = watched.error();
      }
    } else {
      failure_ = begun.error();
    }
    if (failure_.message.empty()) {
      failure_ = net::cannot_connect(address_, ETIMEDOUT);
    } else {
      deadline = Duration::zero();
    }
    loop_.timers().arm(*this, later(loop_.clock_now(), deadline));
  }

 private:
  void on_ready(const Ready&) override {
    const int progress = net::connect_progress(socket_.get(), address_);
    if (progress == EINPROGRESS) return;
    if (progress != 0) return finish(net::cannot_connect(address_, progress));
    loop_.unwatch(socket_.get());
    connected();
  }
  void connected() { finish(loop_.adopt({std::move(socket_), address_, nullptr})); }
  void on_timer() override { finish(std::move(failure_)); }

  void finish(Result<TransportPtr> result) {
    // The list owns this: take it off first, then tell, so that the handler may connect again.
    const std::unique_ptr<Connector> self = std::move(*place);
    loop_.connectors_.erase(place);
    handler_(std::move(result));
  }

  ReactorLoop& loop_;
  SocketAddress address_;
  ConnectHandler handler_;
  Descriptor socket_;
  Error failure_;
};

Result<std::unique_ptr<EventLoop>> ReactorLoop::make(std::unique_ptr<Poller> poller) {
  auto loop = std::make_unique<ReactorLoop>(std::move(poller));
  if (!loop->wake_up_.valid()) return system_error("cannot create an eventfd", errno);
  if (const Status watched = loop->watch_wake_up(); !watched.ok()) return watched.error();
  return std::unique_ptr<EventLoop>(std::move(loop));
}

ReactorLoop::ReactorLoop(std::unique_ptr<Poller> poller)
    : poller_(std::move(poller)), read_buffer_(new char[read_size]) {}

ReactorLoop::~ReactorLoop() { close_mailbox(); }

Status ReactorLoop::watch_wake_up() {
  // A poller that never waits need not be woken.
  if (poller_->guesses()) return {};
  auto watched = watch_readable(wake_up_.descriptor(), [this] { wake_up_.drain(); });
  if (!watched.ok()) return watched.error();
  wake_watch_ = watched.take();
  return {};
}

inline void ReactorLoop::dispatch(std::span<const Ready> all) {
  for (const Ready& ready : all) {
    const Watched& watched = watched_[static_cast<std::size_t>(ready.descriptor)];
    if (watched.handler == nullptr || watched.since_round == round_) continue;
    watched.handler->on_ready(ready);
  }
}

void ReactorLoop::run() {
  mailbox()->set_owner(std::this_thread::get_id());
  update_now();
  Duration may_wait = Duration::zero();
  while (!stopping_.load(std::memory_order_acquire)) {
    ++round_;
    const std::span<const Ready> ready = poller_->wait(may_wait);
    update_now();
    dispatch(ready);
    may_wait = finish_round();
  }
  stopping_.store(false, std::memory_order_release);
}

void ReactorLoop::stop() {
  stopping_.store(true, std::memory_order_release);
  wake();
}

void ReactorLoop::wake() { wake_up_.signal(); }

Status ReactorLoop::watch(int descriptor, Interest interest, IoHandler& handler) {
  if (descriptor >= poller_->descriptor_limit()) {
    return Error{std::string(name()) + " serves descriptors below " +
                     std::to_string(poller_->descriptor_limit()) + " only, this one is " +
                     std::to_string(descriptor),
                 EMFILE};
  }
  if (interest.any()) {
    if (Status set = poller_->set(descriptor, {}, interest); !set.ok()) return set;
  }
  const auto index = static_cast<std::size_t>(descriptor);
  if (watched_.size() <= index) watched_.resize(index + 1);
  watched_[index] = {&handler, interest, round_};
  return {};
}

void ReactorLoop::want(int descriptor, Interest interest) {
  Watched& watched = watched_[static_cast<std::size_t>(descriptor)];
  if (watched.interest == interest) return;
  // Only adding can fail, for want of kernel memory: the deadlines end a connection that is deaf.
  static_cast<void>(poller_->set(descriptor, watched.interest, interest));
  watched.interest = interest;
}

void ReactorLoop::unwatch_closing(int descriptor) {
  const auto index = static_cast<std::size_t>(descriptor);
  if (index >= watched_.size() || watched_[index].handler == nullptr) return;
  poller_->closing(descriptor, watched_[index].interest);
  watched_[index] = {};
}

void ReactorLoop::unwatch(int descriptor) {
  const auto index = static_cast<std::size_t>(descriptor);
  if (index >= watched_.size() || watched_[index].handler == nullptr) return;
  want(descriptor, {});
  watched_[index].handler = nullptr;
}

Result<std::unique_ptr<Listener>> ReactorLoop::listen(const SocketAddress& address,
                                                      const ListenOptions& options,
                                                      AcceptSink& sink) {
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
  auto listener = std::make_unique<ReactorListener>(*this, opened.take(), options, sink);
  if (const Status started = listener->start(); !started.ok()) {
    return Error{"cannot listen on " + address.to_string() + ": " + started.error().message,
                 started.error().code};
  }
  return std::unique_ptr<Listener>(std::move(listener));
}

Result<std::unique_ptr<Watch>> ReactorLoop::watch(int descriptor, Task on_readable,
                                                  Task on_writable) {
  auto made = std::make_unique<ReactorWatch>(*this, descriptor, std::move(on_readable),
                                             std::move(on_writable));
  if (const Status started = made->start(); !started.ok()) return started.error();
  return std::unique_ptr<Watch>(std::move(made));
}

Result<TransportPtr> ReactorLoop::adopt(Accepted accepted) {
  if (accepted.transport != nullptr) return std::move(accepted.transport);
  if (accepted.descriptor.get() >= poller_->descriptor_limit()) {
    return Error{std::string(name()) + " serves descriptors below " +
                     std::to_string(poller_->descriptor_limit()) + " only",
                 EMFILE};
  }
  if (keeps_boundaries(accepted.peer.kind())) return adopt_messages(*this, std::move(accepted));
  return TransportPtr(new ReactorTransport(*this, std::move(accepted.descriptor), accepted.peer));
}

void ReactorLoop::connect(const SocketAddress& address, const ConnectOptions& options,
                          ConnectHandler handler) {
  if (connects_at_once(address)) return connect_local(*this, address, options, std::move(handler));
  connectors_.push_back(std::make_unique<Connector>(*this, address, std::move(handler)));
  connectors_.back()->place = std::prev(connectors_.end());
  connectors_.back()->start(options);
}

}  // namespace weir
