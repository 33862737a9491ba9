// HealthCheck: connects to every upstream of a relay again and again, to learn whether it is there.
// Layer: service, private. On one loop, for all; ends with the listener that it was made for.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "service/dialer.hpp"
#include "service/upstreams.hpp"
#include "weir/io/timer_queue.hpp"
#include "weir/service/served.hpp"

namespace weir {

class HealthCheck final : public ServedFactory::Attachment, private Timer {
 public:
  HealthCheck(EventLoop& loop, std::shared_ptr<Upstreams> upstreams);
  ~HealthCheck() override;

 private:
  /// Of one upstream; at most one attempt is under way.
  struct Probe {
    std::unique_ptr<Dialer> dialer;
    std::optional<Upstreams::Choice> choice;  // while it is
  };

  void on_timer() override;
  void told(Probe& probe, Result<TransportPtr> result);

  EventLoop& loop_;
  const std::shared_ptr<Upstreams> upstreams_;
  std::vector<Probe> probes_;
};

}  // namespace weir
