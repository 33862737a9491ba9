// weir-chat: rooms for browsers and terminals at the same time. All wiring is here:
//
//     browsers  <--WebSocket-->  Browsers  --+                 +--> HistoryWriter --> file
//                                            +-->  Hall  --+---+
//     terminals <----lines---->  Terminals --+             +--> PostOffice <--> bus
#include <weir/weir.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "chat/addresses.hpp"
#include "chat/browsers.hpp"
#include "chat/figures.hpp"
#include "chat/hall.hpp"
#include "chat/history_writer.hpp"
#include "chat/post_office.hpp"
#include "chat/terminals.hpp"
#include "chat/text.hpp"
#include "common/app.hpp"
#include "common/output.hpp"
#include "weir/io/backend.hpp"
#include "weir/web/serve.hpp"

namespace {

using namespace weir::chat;

struct Flags {
  std::vector<std::string> web;
  std::vector<std::string> lines;
  std::string history;
  std::string bus;
};

weir::app::Flag text_flag(std::string name, std::string placeholder, std::string help,
                          std::string fallback, std::string& into) {
  return {std::move(name), std::move(placeholder), std::move(help), std::move(fallback),
          [&into](std::string_view value) {
            into = value;
            return weir::Status();
          }};
}

/// A loop on a thread of its own, until it is destroyed.
class Clerk {
 public:
  explicit Clerk(weir::EventLoop& loop) : loop_(loop), thread_([this] { loop_.run(); }) {}
  ~Clerk() {
    loop_.stop();
    thread_.join();
  }
  Clerk(const Clerk&) = delete;
  Clerk& operator=(const Clerk&) = delete;

 private:
  weir::EventLoop& loop_;
  std::thread thread_;
};

void retry_now_and_then(weir::EventLoop& loop, HistoryWriter& writer) {
  loop.run_after(std::chrono::seconds(5), [&loop, &writer] {
    writer.retry();
    retry_now_and_then(loop, writer);
  });
}

void tell_of(const HistoryFile& file, const std::string& path, const weir::Log& log) {
  if (file.cut_bytes() > 0) {
    log.write(weir::LogLevel::warning, "cut off a torn last line of " + path + ": " +
                                           std::to_string(file.cut_bytes()) + " bytes");
  }
  if (file.skipped_lines() > 0) {
    log.write(weir::LogLevel::warning, std::to_string(file.skipped_lines()) + " lines of " + path +
                                           " are no messages, and were skipped");
  }
}

bool listen(weir::app::App& app, weir::Server& server, const Flags& flags, Browsers& browsers,
            Terminals& terminals) {
  const weir::http::Router routes = browsers.routes(server);
  for (const std::string& endpoint : flags.web) {
    const auto bound =
        server.listen(endpoint, weir::http::serve(routes), app.listener_options(endpoint));
    if (!app.listens(bound, bound.ok() ? "chat on " + address_for_browsers(bound.value()) : "")) {
      return false;
    }
  }
  for (const std::string& endpoint : flags.lines) {
    const auto bound = terminals.listen(server, endpoint, app.listener_options(endpoint));
    if (!app.listens(bound, bound.ok()
                                ? "chat for terminals: " + command_for_terminals(bound.value())
                                : "")) {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  weir::app::App app({.name = "weir-chat",
                      .purpose = "Chat rooms for browsers and terminals at the same time.",
                      .endpoint = "",
                      .example = "weir-chat --history chat.jsonl"});
  Flags flags;
  app.add_endpoints("--web", "where browsers come", "tcp://127.0.0.1:8080", flags.web);
  app.add_endpoints("--lines", "where terminals come", "tcp://127.0.0.1:7002", flags.lines);
  app.add(text_flag("--history", "FILE", "keeps what was said in a file", "", flags.history));
  app.add(text_flag("--bus", "ADDRESS", "joins other weir-chats: redis://HOST:PORT", "embedded",
                    flags.bus));
  if (const auto status = app.parse(argc, argv)) return *status;
  const weir::ServerOptions& options = app.server_options();

  const Limits limits;
  std::optional<HistoryFile> file;
  if (!flags.history.empty()) {
    auto opened = HistoryFile::open(flags.history, limits);
    if (!opened.ok()) {
      weir::app::complain("weir-chat", opened.error().message);
      return 1;
    }
    tell_of(opened.value(), flags.history, options.log);
    file = opened.take();
  }

  // The bus, and what is done now and then, have a loop of their own.
  const auto loop = weir::make_loop(options.backend).take();

  HistoryWriter* keeper = nullptr;
  PostOffice* post = nullptr;
  HallOptions hall_options{.limits = limits,
                           .process = random_id(),
                           .log = file ? file->log() : random_id(),
                           .others = flags.bus != "embedded"};
  if (file) hall_options.process = file->log();  // the same one when it comes again
  hall_options.wall_clock = [] {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::int64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  };
  hall_options.clock = [] { return weir::TimePoint(std::chrono::steady_clock::now()); };
  hall_options.post = [&post](const Packet& packet) { post->post(packet); };
  if (file) hall_options.keep = [&keeper](const Message& message) { keeper->add(message); };
  Hall hall(std::move(hall_options));
  std::unique_ptr<HistoryWriter> writer;
  if (file) {
    hall.restore(file->take_messages());
    writer = std::make_unique<HistoryWriter>(
        std::move(*file), options.log,
        [&hall](std::string why) { hall.set_history_condition(std::move(why)); });
    keeper = writer.get();
    retry_now_and_then(*loop, *writer);
  }

  weir::BusOptions bus_options;
  bus_options.loop = loop.get();
  bus_options.log = options.log;
  bus_options.prefix = "weir-chat:";
  const auto office = PostOffice::open(flags.bus, std::move(bus_options), hall);
  if (!office.ok()) {
    weir::app::complain("weir-chat", "--bus: " + office.error().message);
    return 2;
  }
  post = office.value().get();
  post->begin(*loop);

  Browsers browsers(hall, limits);
  Terminals terminals(hall, limits);
  weir::Server server(options);
  if (!listen(app, server, flags, browsers, terminals)) return 1;
  const Clerk clerk(*loop);
  app.set_figures([&hall] { return weir::chat::figures(hall.stats()); });
  return app.run(server);
}
