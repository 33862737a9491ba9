// POSIX message queues (mq_overview(7)). On Linux a queue is a descriptor that a loop can watch.
#include <fcntl.h>
#include <mqueue.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string>
#include <utility>

#include "io/messages/message_transport.hpp"
#include "io/messages/messages.hpp"
#include "weir/io/socket_options.hpp"

namespace weir {

namespace {

/// A limit of the system, or 0 where it does not say.
std::size_t system_limit(const char* name) {
  std::ifstream file(std::string("/proc/sys/fs/mqueue/") + name);
  std::size_t value = 0;
  file >> value;
  return value;
}

std::string limit_text(const char* name) {
  return "fs.mqueue." + std::string(name) + " = " + std::to_string(system_limit(name));
}

/// Why a queue could not be opened, and which limit of the system may be to blame.
Error cannot_open(const std::string& name, int code) {
  Error error = system_error("message queue /" + name, code);
  switch (code) {
    case EINVAL:
      error.message +=
          "; the system allows " + limit_text("msg_max") + " and " + limit_text("msgsize_max");
      break;
    case ENOSPC:
      error.message += "; the system allows " + limit_text("queues_max");
      break;
    case EMFILE:
      error.message += "; the process allows fewer bytes in queues (ulimit -q)";
      break;
    case ENOSYS:
      error.message += "; this system has no POSIX message queues";
      break;
    default:
      break;
  }
  return error;
}

/// One queue, open; removed from the system at the end by whoever made it.
class Queue {
 public:
  Queue() = default;
  Queue(Queue&& other) noexcept = default;
  Queue& operator=(Queue&&) = delete;
  ~Queue() {
    if (!made_.empty()) ::mq_unlink(made_.c_str());
  }

  static Result<Queue> make(const std::string& name, const ListenOptions& options, int way) {
    const MessageOptions& messages = options.messages;
    mq_attr attributes{};
    attributes.mq_maxmsg = static_cast<long>(messages.queue_messages);
    std::size_t size = messages.max_message;
    if (size == 0)
      size = std::min(default_message, std::max<std::size_t>(system_limit("msgsize_max"), 1));
    attributes.mq_msgsize = static_cast<long>(size);
    const auto mode = static_cast<mode_t>(options.local_file.mode.value_or(0600));
    Queue queue;
    const std::string path = "/" + name;
    queue.open_ =
        Descriptor(::mq_open(path.c_str(), way | O_CREAT | O_EXCL | O_NONBLOCK, mode, &attributes));
    if (!queue.open_.valid() && errno == EEXIST) return open(name, way);
    if (!queue.open_.valid()) return cannot_open(name, errno);
    queue.made_ = path;
    queue.size_ = size;
    return queue;
  }

  static Result<Queue> open(const std::string& name, int way) {
    Queue queue;
    queue.open_ = Descriptor(::mq_open(("/" + name).c_str(), way | O_NONBLOCK));
    mq_attr attributes{};
    if (!queue.open_.valid() || ::mq_getattr(queue.open_.get(), &attributes) != 0) {
      return cannot_open(name, errno);
    }
    queue.size_ = static_cast<std::size_t>(attributes.mq_msgsize);
    if (queue.size_ > MessageBatch::most_bytes) {
      return Error{"message queue /" + name + " has messages of up to " +
                       std::to_string(queue.size_) + " bytes, here at most " +
                       std::to_string(MessageBatch::most_bytes) + " are read",
                   EMSGSIZE};
    }
    return queue;
  }

  [[nodiscard]] int get() const { return open_.get(); }
  [[nodiscard]] std::size_t message_size() const { return size_; }

 private:
  static constexpr std::size_t default_message = 8192;

  Descriptor open_;
  std::string made_;  // its path where it was made here
  std::size_t size_ = 0;
};

/// What a connection by queues needs.
struct QueuePair {
  Queue in;
  Queue out;
  SocketAddress local;
  SocketAddress peer;
  MessageOptions options;
  UniqueFunction<void()> on_port_gone{};  // the listener's, while it lives

  [[nodiscard]] std::size_t max_message() const {
    const std::size_t most = out.message_size();
    return options.max_message == 0 ? most : std::min(most, options.max_message);
  }
};

class QueuePort final : public MessagePort {
 public:
  explicit QueuePort(std::shared_ptr<QueuePair> pair) : pair_(std::move(pair)) {}
  ~QueuePort() override {
    if (pair_->on_port_gone) pair_->on_port_gone();
  }
  QueuePort(const QueuePort&) = delete;
  QueuePort& operator=(const QueuePort&) = delete;

  [[nodiscard]] int reader() const override { return pair_->in.get(); }
  [[nodiscard]] int writer() const override { return pair_->out.get(); }
  int receive(MessageBatch& batch) override {
    return batch.receive_each(pair_->in.message_size(), [this](std::span<char> into) {
      return ::mq_receive(reader(), into.data(), into.size(), nullptr);
    });
  }
  Sent send(std::span<iovec> messages) override {
    Sent sent;
    while (sent.taken < messages.size()) {
      const iovec& next = messages[sent.taken];
      if (::mq_send(writer(), static_cast<const char*>(next.iov_base), next.iov_len,
                    pair_->options.priority) == 0) {
        ++sent.taken;
      } else if (errno == EMSGSIZE || errno == EINVAL) {
        ++sent.taken;
        ++sent.unsendable;
      } else if (errno == EAGAIN) {
        break;
      } else if (errno != EINTR) {
        sent.error = errno;
        break;
      }
    }
    return sent;
  }
  [[nodiscard]] std::size_t max_message() const override { return pair_->max_message(); }
  [[nodiscard]] SocketAddress peer() const override { return pair_->peer; }
  [[nodiscard]] SocketAddress local() const override { return pair_->local; }
  Status set_options(const SocketOptions&) override {
    return Error{"a message queue is no socket that has options", EOPNOTSUPP};
  }

 private:
  std::shared_ptr<QueuePair> pair_;
};

Result<SocketAddress> reply_queue(const SocketAddress& address) {
  return SocketAddress::queue(address.path() + ".reply");
}

/// Accepts one connection at a time: when a message is there and nobody reads the queue.
class QueueListener final : public Listener, private Timer {
 public:
  QueueListener(EventLoop& loop, std::shared_ptr<QueuePair> pair, const ListenOptions& options,
                AcceptSink& sink)
      : loop_(loop),
        pair_(std::move(pair)),
        counters_(options.counters),
        pause_(options.overload_pause),
        sink_(sink) {
    // Not at once: the transport that is going still watches the queue.
    pair_->on_port_gone = [this] {
      loop_.timers().arm(*this, accepting_ ? later(loop_.clock_now(), pause_) : loop_.now());
    };
  }
  ~QueueListener() override { pair_->on_port_gone = {}; }

  Status wait() {
    auto watched = loop_.watch_readable(pair_->in.get(), [this] { on_readable(); });
    if (!watched.ok()) return watched.error();
    watch_ = watched.take();
    return {};
  }
  [[nodiscard]] SocketAddress local() const override { return pair_->local; }
  [[nodiscard]] std::size_t max_message() const override { return pair_->max_message(); }

 private:
  void on_readable() {
    watch_.reset();
    Accepted accepted;
    accepted.peer = pair_->peer;
    accepted.transport =
        TransportPtr(new MessageTransport(loop_, std::make_unique<QueuePort>(pair_), counters_));
    // A refused one is gone within this call, and the message is still there: rest then.
    accepting_ = true;
    const std::shared_ptr<QueuePair> pair = pair_;
    sink_.on_accept(std::move(accepted));
    if (pair->on_port_gone) accepting_ = false;
  }
  void on_timer() override {
    if (!wait().ok()) loop_.timers().arm(*this, later(loop_.clock_now(), pause_));
  }

  EventLoop& loop_;
  std::shared_ptr<QueuePair> pair_;
  MessageCounters* counters_;
  Duration pause_;
  AcceptSink& sink_;
  std::unique_ptr<Watch> watch_;
  bool accepting_ = false;
};

Error failed(const char* what, const SocketAddress& address, const Error& why) {
  return Error{std::string("cannot ") + what + address.to_string() + ": " + why.message, why.code};
}

}  // namespace

Result<std::unique_ptr<Listener>> listen_on_queue(EventLoop& loop, const SocketAddress& address,
                                                  const ListenOptions& options, AcceptSink& sink) {
  const auto refused = [&](const Error& why) { return failed("listen on ", address, why); };
  auto reply = reply_queue(address);
  if (!reply.ok()) return refused(reply.error());
  auto in = Queue::make(address.path(), options, O_RDONLY);
  if (!in.ok()) return refused(in.error());
  auto out = Queue::make(reply.value().path(), options, O_WRONLY);
  if (!out.ok()) return refused(out.error());
  auto pair = std::make_shared<QueuePair>(
      QueuePair{in.take(), out.take(), address, reply.value(), options.messages});
  auto listener = std::make_unique<QueueListener>(loop, std::move(pair), options, sink);
  if (const Status waits = listener->wait(); !waits.ok()) return refused(waits.error());
  return std::unique_ptr<Listener>(std::move(listener));
}

Result<TransportPtr> connect_to_queue(EventLoop& loop, const SocketAddress& address,
                                      const MessageOptions& options) {
  const auto refused = [&](const Error& why) { return failed("connect to ", address, why); };
  auto reply = reply_queue(address);
  if (!reply.ok()) return refused(reply.error());
  auto out = Queue::open(address.path(), O_WRONLY);
  if (!out.ok()) return refused(out.error());
  auto in = Queue::open(reply.value().path(), O_RDONLY);
  if (!in.ok()) return refused(in.error());
  auto pair = std::make_shared<QueuePair>(
      QueuePair{in.take(), out.take(), reply.value(), address, options});
  return TransportPtr(
      new MessageTransport(loop, std::make_unique<QueuePort>(std::move(pair)), nullptr));
}

}  // namespace weir
