// weir-http-hello [ENDPOINT [BACKEND]]: the smallest server of HTTP, to be measured with wrk
// and counted by weir-bench cost, which waits for what it says.
#include <cstdio>

#include "weir/service/server.hpp"
#include "weir/web/serve.hpp"

int main(int argc, char** argv) {
  weir::ServerOptions options;
  if (argc > 2) options.backend = argv[2];
  weir::Server server(std::move(options));
  weir::http::Router routes;
  routes.get("/", [] { return "hello\n"; });
  const auto endpoint =
      server.listen(argc > 1 ? argv[1] : "tcp://127.0.0.1:8080", weir::http::serve(routes));
  if (!endpoint) return 1;
  std::printf("listening on %s\n", endpoint.value().to_string().c_str());
  std::fflush(stdout);
  return server.run();
}
