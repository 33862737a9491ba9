#include "proxy/figures.hpp"

#include <string>

namespace weir::proxy {

std::vector<Figure> figures(const RelayStats& stats) {
  std::vector<Figure> all;
  const auto each = [&](const std::string& name, const std::string& help, bool counter,
                        auto value) {
    for (const UpstreamStats& upstream : stats.upstreams) {
      all.push_back({name,
                     help,
                     counter,
                     {{"upstream", upstream.endpoint}},
                     static_cast<double>(value(upstream))});
    }
  };
  using Stats = const UpstreamStats&;
  each("weir_upstream_healthy", "1 while clients are sent there.", false,
       [](Stats upstream) { return upstream.health == Health::healthy ? 1 : 0; });
  each("weir_upstream_connections", "Connections that are open.", false,
       [](Stats upstream) { return upstream.active; });
  each("weir_upstream_connects_total", "Connections that were made.", true,
       [](Stats upstream) { return upstream.connects; });
  each("weir_upstream_failures_total", "Attempts that failed, or ended before a byte.", true,
       [](Stats upstream) { return upstream.failures; });
  each("weir_upstream_ejections_total", "Times that it was out.", true,
       [](Stats upstream) { return upstream.ejections; });
  all.push_back({"weir_relay_retries_total",
                 "Further attempts for a client.",
                 true,
                 {},
                 static_cast<double>(stats.retries)});
  return all;
}

}  // namespace weir::proxy
