// weir's apps beside the servers that people run today. One thread each, no log, nothing on disk.
#include <unistd.h>

#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "compare/suites/suites.hpp"
#include "failure.hpp"

namespace weir::bench {
namespace {

namespace fs = std::filesystem;

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw Failure("cannot write " + path.string());
}

Row row_of(std::string id, std::string chart, std::string title, std::string base) {
  Row row;
  row.suite = "servers";
  row.id = "servers/" + std::move(id);
  row.chart = std::move(chart);
  row.title = std::move(title);
  row.figure = Figure::cpu;
  row.per = "request";
  row.base = std::move(base);
  return row;
}

// --- keys and values ---------------------------------------------------------------------------

Plan keys(const SuiteSettings& settings, unsigned depth) {
  LoadOptions load = load_of(settings);
  load.protocol = Protocol::resp;
  load.connections = 50;
  load.depth = depth;
  load.keys = 10'000;
  Row row = row_of("kv/" + std::to_string(depth), "SET and GET of 64 B",
                   std::to_string(depth) + " in flight", "redis-server");
  row.axis = "in flight";
  row.at = depth;
  row.what = "50 connections set each of 10,000 keys and get it, with so many commands in flight.";
  row.per = "command";
  std::vector<Contestant> all = {
      Programs::of_system("redis-server", "redis-server", [](std::string path, Ports ports) {
        return Command{std::move(path),
                       "--port",
                       std::to_string(ports.own),
                       "--bind",
                       "127.0.0.1",
                       "--save",
                       "",
                       "--appendonly",
                       "no"};
      })};
  for (const char* backend : {"asio", "epoll"}) {
    all.push_back(settings.programs.of_build(
        std::string("weir ") + backend, "weir-kv",
        {"--listen", "tcp://127.0.0.1:0", "--backend", backend, "--log-level", "error"}));
  }
  return {.row = std::move(row),
          .contestants = std::move(all),
          .measure = load_measure(load),
          .connections = load.connections};
}

// --- the web -----------------------------------------------------------------------------------

std::string nginx_config(const fs::path& folder, std::uint16_t port, const std::string& location) {
  const std::string made = folder.string();
  return "daemon off; master_process off; error_log /dev/null; pid " + made + "/nginx-" +
         std::to_string(port) + ".pid;\nevents { worker_connections 4096; }\n" +
         "http { access_log off; keepalive_requests 100000000; sendfile on; types { text/plain "
         "txt; "
         "}\n  client_body_temp_path " +
         made + "; proxy_temp_path " + made + "; fastcgi_temp_path " + made +
         ";\n  uwsgi_temp_path " + made + "; scgi_temp_path " + made +
         ";\n  server { listen 127.0.0.1:" + std::to_string(port) + "; default_type text/plain; " +
         location + " }\n}\n";
}

Contestant nginx(const SuiteSettings& settings, const std::string& location,
                 const char* name = "nginx") {
  return Programs::of_system(
      name, "nginx", [folder = settings.scratch, location](std::string path, Ports ports) {
        const fs::path config = folder / ("nginx-" + std::to_string(ports.own) + ".conf");
        write_file(config, nginx_config(folder, ports.own, location));
        return Command{std::move(path), "-c", config.string()};
      });
}

Contestant h2o(const SuiteSettings& settings, const std::string& handler) {
  return Programs::of_system(
      "h2o", "h2o", [folder = settings.scratch, handler](std::string path, Ports ports) {
        const fs::path config = folder / ("h2o-" + std::to_string(ports.own) + ".conf");
        write_file(config, "listen:\n  host: 127.0.0.1\n  port: " + std::to_string(ports.own) +
                               "\nnum-threads: 1\n" + (::geteuid() == 0 ? "user: root\n" : "") +
                               "hosts:\n  default:\n    paths:\n      /:\n" + handler);
        return Command{std::move(path), "-m", "worker", "-c", config.string()};
      });
}

std::string haproxy_config(std::string_view mode, std::uint16_t port, const std::string& rest) {
  return "global\n  nbthread 1\n  maxconn 4096\ndefaults\n  mode " + std::string(mode) +
         "\n  timeout client 30s\n  timeout server 30s\n  timeout connect 5s\n"
         "frontend front\n  bind 127.0.0.1:" +
         std::to_string(port) + "\n" + rest;
}

// `rest` makes what follows in the frontend.
Contestant haproxy(const SuiteSettings& settings, const char* mode,
                   std::function<std::string(Ports)> rest) {
  return Programs::of_system(
      "haproxy", "haproxy",
      [folder = settings.scratch, mode, rest = std::move(rest)](std::string path, Ports ports) {
        const fs::path config = folder / ("haproxy-" + std::to_string(ports.own) + ".cfg");
        write_file(config, haproxy_config(mode, ports.own, rest(ports)));
        return Command{std::move(path), "-db", "-q", "-f", config.string()};
      });
}

std::vector<Contestant> hello_servers(const SuiteSettings& settings) {
  const fs::path page = settings.scratch / "hello.txt";
  write_file(page, "hello\n");
  std::vector<Contestant> all = {
      nginx(settings, "location / { return 200 \"hello\\n\"; }"),
      haproxy(settings, "http",
              [](Ports) {
                return "  http-request return status 200 content-type text/plain string hello\n";
              }),
      h2o(settings, "        file.file: " + page.string() + "\n")};
  for (const char* backend : {"asio", "epoll"}) {
    Contestant weir =
        settings.programs.of_build(std::string("weir ") + backend, "weir-http-hello", {});
    weir.command_on = [program = weir.command, backend](Ports ports) {
      return Command{program.front(), "tcp://127.0.0.1:" + std::to_string(ports.own), backend};
    };
    all.push_back(std::move(weir));
  }
  return all;
}

Plan hello(const SuiteSettings& settings, unsigned depth) {
  LoadOptions load = load_of(settings);
  load.protocol = Protocol::http;
  load.depth = depth;
  Row row = row_of("hello/" + std::to_string(depth), "HTTP: a few bytes from memory",
                   std::to_string(depth) + " in flight", "nginx");
  row.axis = "in flight";
  row.at = depth;
  row.what =
      "64 connections ask for a page of 6 bytes, with so many requests in flight. h2o has it in a "
      "file that it keeps open, which costs it less than a handler in Ruby.";
  return {.row = std::move(row),
          .contestants = hello_servers(settings),
          .measure = load_measure(load),
          .connections = load.connections};
}

// As weir-files does by itself: a file that was found is not looked for again at once, and a short
// one goes out with its head. A long one that waits for more takes the kernel twice the time.
Contestant nginx_keeping_files(const SuiteSettings& settings, const std::string& location,
                               std::size_t size) {
  return nginx(settings,
               std::string("open_file_cache max=1000; tcp_nopush ") +
                   (size <= std::size_t{256} * 1024 ? "on; " : "off; ") + location,
               "nginx, files kept");
}

Plan file(const SuiteSettings& settings, std::size_t size) {
  const fs::path root = settings.scratch / "www";
  const std::string name = std::to_string(size) + ".txt";
  fs::create_directories(root);
  write_file(root / name, std::string(size, 'x'));
  LoadOptions load = load_of(settings);
  load.protocol = Protocol::http;
  load.path = "/" + name;
  Row row = row_of("file/" + std::to_string(size), "HTTP: a file of " + size_name(size),
                   "64 connections", "nginx");
  row.what =
      "64 connections ask for the same file, one request at a time each. weir and h2o keep a file "
      "open that was asked for; nginx does where it is said to (open_file_cache, and tcp_nopush "
      "for "
      "a short file).";
  const std::string location = "root " + root.string() + ";";
  std::vector<Contestant> all = {nginx(settings, location),
                                 nginx_keeping_files(settings, location, size),
                                 h2o(settings, "        file.dir: " + root.string() + "\n")};
  for (const char* backend : {"asio", "epoll"}) {
    all.push_back(
        settings.programs.of_build(std::string("weir ") + backend, "weir-files",
                                   {"--root", root.string(), "--listen", "tcp://127.0.0.1:0",
                                    "--backend", backend, "--log-level", "error"}));
  }
  return {.row = std::move(row),
          .contestants = std::move(all),
          .measure = load_measure(load),
          .connections = load.connections};
}

// --- relays ------------------------------------------------------------------------------------

// Debian has the module apart from nginx, and there alone.
constexpr const char* nginx_stream_module = "/usr/lib/nginx/modules/ngx_stream_module.so";

Contestant nginx_stream(const SuiteSettings& settings) {
  Contestant nginx = Programs::of_system(
      "nginx stream", "nginx", [folder = settings.scratch](std::string path, Ports ports) {
        const std::string own = std::to_string(ports.own);
        const std::string name = (folder / ("nginx-stream-" + own)).string();
        write_file(name + ".conf",
                   std::string("load_module ") + nginx_stream_module +
                       ";\ndaemon off; master_process off; error_log /dev/null; pid " + name +
                       ".pid;\nevents { worker_connections 4096; }\nstream { server { listen "
                       "127.0.0.1:" +
                       own + "; proxy_half_close on; proxy_pass 127.0.0.1:" +
                       std::to_string(ports.behind) + "; } }\n");
        return Command{std::move(path), "-c", name + ".conf"};
      });
  if (nginx.missing.empty() && !fs::exists(nginx_stream_module)) {
    nginx.missing = "nginx has no stream module here";
  }
  return nginx;
}

std::vector<Contestant> relays(const SuiteSettings& settings) {
  std::vector<Contestant> all = {
      haproxy(settings, "tcp",
              [](Ports ports) {
                return "  option splice-auto\n  default_backend back\nbackend back\n"
                       "  option splice-auto\n  server echo 127.0.0.1:" +
                       std::to_string(ports.behind) + "\n";
              }),
      nginx_stream(settings)};
  for (const char* backend : {"asio", "epoll"}) {
    Contestant weir = settings.programs.of_build(std::string("weir ") + backend, "weir-proxy", {});
    weir.command_on = [program = weir.command, backend](Ports ports) {
      return Command{program.front(),
                     "--listen",
                     "tcp://127.0.0.1:" + std::to_string(ports.own),
                     "--to",
                     "tcp://127.0.0.1:" + std::to_string(ports.behind),
                     "--backend",
                     backend,
                     "--log-level",
                     "error"};
    };
    all.push_back(std::move(weir));
  }
  return all;
}

// One of three loads on all of them.
Plan relay(const SuiteSettings& settings, Row row, Measure measure) {
  row.what += " All pass it to the same echo server, the floor in C, whose CPU is not counted.";
  return {.row = std::move(row),
          .contestants = relays(settings),
          .measure = std::move(measure),
          .behind = settings.programs.of_build(floor_name, "weir-floor-epoll", {"echo", "0"})};
}

Plan relay_messages(const SuiteSettings& settings) {
  Row row = row_of("relay/messages", "TCP relay: messages of 64 B", "64 connections", "haproxy");
  row.what = "64 connections send 64 bytes, await them, and send the next.";
  row.per = "message";
  return relay(settings, std::move(row), load_measure(load_of(settings)));
}

Plan relay_bulk(const SuiteSettings& settings) {
  LoadOptions load = load_of(settings);
  load.connections = 4;
  load.size = std::size_t{64} * 1024;
  load.depth = 16;
  Row row =
      row_of("relay/bulk", "TCP relay: bulk", "4 connections, 64 KiB, 16 in flight", "haproxy");
  row.what =
      "As many bytes as go through, there and back. weir-proxy and haproxy (splice-auto) leave "
      "them "
      "in the kernel.";
  row.per = "64 KiB";
  return relay(settings, std::move(row), load_measure(load));
}

Plan relay_connections(const SuiteSettings& settings) {
  LoadOptions load = load_of(settings);
  load.churn = 1;
  Row row = row_of("relay/connect", "TCP relay: connections", "connect, 64 B there and back, close",
                   "haproxy");
  row.what = "64 at a time are opened, have one message of 64 bytes, and are closed.";
  row.per = "connection";
  return relay(settings, std::move(row), churn_measure(load));
}

}  // namespace

std::vector<Plan> servers_suite(const SuiteSettings& settings) {
  if (settings.quick) {
    return {keys(settings, 16), hello(settings, 1), file(settings, 1024), relay_messages(settings)};
  }
  std::vector<Plan> plans;
  for (const unsigned depth : {1U, 16U, 64U}) plans.push_back(keys(settings, depth));
  for (const unsigned depth : {1U, 16U}) plans.push_back(hello(settings, depth));
  for (const std::size_t size : {std::size_t{1024}, std::size_t{1024} * 1024}) {
    plans.push_back(file(settings, size));
  }
  plans.push_back(relay_messages(settings));
  plans.push_back(relay_bulk(settings));
  plans.push_back(relay_connections(settings));
  return plans;
}

}  // namespace weir::bench
