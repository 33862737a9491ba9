// App: what every server program has in common: its flags, its log, what it says, how it ends.
//
//     weir::app::App app({.name = "weir-echo", ...});
//     if (const auto status = app.parse(argc, argv)) return *status;
//     weir::Server server(app.server_options());
//     for (const std::string& endpoint : app.endpoints()) {
//       const auto options = app.listener_options(endpoint);
//       if (!app.listens(server.listen(endpoint, framing, handler, {}, options))) return 1;
//     }
//     return app.run(server);
//
// Exit status: 0 after a drain, 1 when it could not listen or start, 2 for wrong flags.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/admin_flags.hpp"
#include "common/flags.hpp"
#include "common/tls_flags.hpp"
#include "weir/service/server.hpp"

namespace weir::app {

struct About {
  std::string name;      // "weir-echo"
  std::string purpose;   // one sentence, for --help
  std::string endpoint;  // where it listens unless told otherwise; empty: it has no --listen
  std::string example;   // a command line, for --help
  // What --max-frame and --idle-timeout are unless told otherwise.
  std::string frame = "1MiB";
  std::string idle_timeout = "300s";
};

/// Used by main alone, on its thread. Outlives the server that it runs.
class App {
 public:
  explicit App(About about);
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// A flag of this program, beside those of every server. Before parse().
  void add(Flag flag) { flags_.push_back(std::move(flag)); }

  /// A flag of this program for listeners of one kind, as --listen is. Before parse(), which fills
  /// `into`.
  void add_endpoints(std::string name, std::string help, std::string fallback,
                     std::vector<std::string>& into);

  /// The first call of main, once: also prepares the process (process.hpp). Answers nothing when
  /// the program is to go on, else its exit status.
  [[nodiscard]] std::optional<int> parse(int argc, const char* const* argv);

  /// What the flags say; after parse().
  [[nodiscard]] const ServerOptions& server_options() const { return options_; }
  /// Of all flags, one or more.
  [[nodiscard]] const std::vector<std::string>& endpoints() const { return endpoints_; }

  /// What the flags say of a listener there.
  [[nodiscard]] ListenerOptions listener_options(const std::string& endpoint) const;

  /// Keeps what Server::listen answered for run() to print: `line`, or "listening on ENDPOINT".
  /// False after a line on standard error.
  [[nodiscard]] bool listens(const Result<Endpoint>& bound, std::string line = "");
  /// What the inspector shows beside the server's figures. Before run().
  void set_figures(std::function<std::vector<Figure>()> figures) {
    admin_.set_figures(std::move(figures));
  }
  /// Serves until SIGTERM or SIGINT. Prints the line of each listener, and then "inspector on URL"
  /// where there is one, as soon as connections and signals are looked after, and at the end how
  /// the connections ended. Answers the exit status.
  [[nodiscard]] int run(Server& server);

 private:
  About about_;
  std::vector<Flag> flags_;
  ServerOptions options_;
  LocalFileOptions local_file_;
  TlsServerFlags tls_;
  AdminFlags admin_;
  std::vector<std::string> endpoints_;
  std::vector<std::string> listening_;
};

}  // namespace weir::app
