#include "bus/subscriber.hpp"

#include <utility>

#include "core/thrown.hpp"

namespace weir {

Subscriber::Subscriber(Bus::MessageHandler handler, SubscribeOptions options, LoopHandle loop,
                       Log log)
    : handler_(std::move(handler)),
      options_(std::move(options)),
      loop_(std::move(loop)),
      log_(std::move(log)) {}

std::uint64_t Subscriber::push(SharedText message, std::uint64_t lost) {
  std::uint64_t dropped = 0;
  {
    const std::lock_guard lock(mutex_);
    if (gone_) return 0;
    if (message != nullptr) {
      ++messages_;
      bytes_ += message->size();
    }
    if (message == nullptr && !queue_.empty() && queue_.back().message == nullptr) {
      queue_.back().lost += lost;
    } else {
      queue_.push_back({std::move(message), lost});
    }
    while (messages_ > options_.messages || (bytes_ > options_.bytes && messages_ > 1)) {
      drop_oldest(dropped);
    }
    dropped_ += dropped;
    if (std::exchange(scheduled_, true)) return dropped;
  }
  // Whether the loop is gone is no matter: then nobody is there to be told.
  loop_.post([self = shared_from_this()] { self->deliver(); });
  return dropped;
}

void Subscriber::drop_oldest(std::uint64_t& dropped) {
  const Item& oldest = queue_.front();
  if (oldest.message != nullptr) {
    --messages_;
    bytes_ -= oldest.message->size();
    ++dropped;
  } else if (oldest.lost == 0) {
    unknown_dropped_ = true;
  } else {
    dropped_ += oldest.lost;
  }
  queue_.pop_front();
}

void Subscriber::deliver() {
  const std::lock_guard calling(calls_);
  for (std::size_t done = 0;; ++done) {
    Item item;
    {
      const std::lock_guard lock(mutex_);
      calling_ = {};
      if (gone_) return;
      if (dropped_ != 0) {
        item.lost = std::exchange(dropped_, 0);
        unknown_dropped_ = false;
      } else if (std::exchange(unknown_dropped_, false)) {
        item.lost = 0;
      } else if (queue_.empty()) {
        scheduled_ = false;
        return;
      } else if (done >= batch) {
        break;
      } else {
        item = std::move(queue_.front());
        queue_.pop_front();
        if (item.message != nullptr) {
          --messages_;
          bytes_ -= item.message->size();
        }
      }
      calling_ = std::this_thread::get_id();
    }
    call(item);
  }
  loop_.post([self = shared_from_this()] { self->deliver(); });
}

void Subscriber::call(Item& item) {
  try {
    if (item.message != nullptr) {
      handler_(*item.message);
    } else if (options_.on_lost) {
      options_.on_lost(item.lost);
    }
  } catch (...) {
    log_.write(LogLevel::error, "a subscriber threw: " + thrown_text());
  }
}

void Subscriber::leave() {
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    queue_.clear();
    if (calling_ == std::this_thread::get_id()) return;
  }
  const std::lock_guard calls(calls_);  // a callback that runs has ended
}

}  // namespace weir
