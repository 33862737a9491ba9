// weir-files: the files of a folder over HTTP.
#include <weir/web/files.hpp>
#include <weir/web/http.hpp>

#include <iostream>

#include "common/app.hpp"
#include "common/flags.hpp"

int main(int argc, char** argv) {
  weir::app::App app({.name = "weir-files",
                      .purpose = "Serves the files of a folder over HTTP.",
                      .endpoint = "tcp://127.0.0.1:8081",
                      .example = "weir-files --root . --list"});
  std::string root;
  weir::http::FilesOptions options;
  app.add({"--root", "DIR", "the folder whose files are served", "", [&](std::string_view value) {
             root = value;
             return weir::Status();
           }});
  app.add(weir::app::switch_flag("--list", "answer a folder without an index with its names",
                                 options.listing));
  if (const auto status = app.parse(argc, argv)) return *status;
  if (root.empty()) {
    std::cerr << "weir-files: --root DIR is needed: the folder whose files are served\n";
    return 2;
  }
  auto files = weir::http::files(root, options);
  if (!files.ok()) {
    std::cerr << "weir-files: " << files.error().message << '\n';
    return 1;
  }
  weir::http::Router routes;
  routes.get("/{path...}", files.take());

  weir::Server server(app.server_options());
  for (const std::string& endpoint : app.endpoints()) {
    const auto bound =
        server.listen(endpoint, weir::http::serve(routes), app.listener_options(endpoint));
    if (!app.listens(bound)) return 1;
  }
  return app.run(server);
}
