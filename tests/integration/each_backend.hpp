// One test for every backend, and for every way to spread connections over threads: a suite with
// the test's name, and in it a case for each, "asio" or "asio_per_connection".
//
//     EACH_BACKEND(a_client_is_served) { EchoServer server({"--backend", backend}); ... }
//     EACH_SERVER(a_client_is_served) { EchoServer server({"--backend", backend,
//                                                          "--threads", threads}); ... }
#pragma once

#include <string>

namespace weir::integration {

struct EachBackend {
  EachBackend(const char* name, void (*test)(const std::string&), const char* file, int line);
};

struct EachServer {
  EachServer(const char* name, void (*test)(const std::string&, const std::string&),
             const char* file, int line);
};

}  // namespace weir::integration

#define EACH_BACKEND(name)                                                                  \
  static void name(const std::string& backend);                                             \
  static const weir::integration::EachBackend each_##name(#name, name, __FILE__, __LINE__); \
  static void name(const std::string& backend)

#define EACH_SERVER(name)                                                                  \
  static void name(const std::string& backend, const std::string& threads);                \
  static const weir::integration::EachServer each_##name(#name, name, __FILE__, __LINE__); \
  static void name(const std::string& backend, const std::string& threads)
