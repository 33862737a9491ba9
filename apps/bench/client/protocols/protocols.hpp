// One function a file of this folder; dialect.cpp knows which is meant.
#pragma once

#include <memory>

#include "client/dialect.hpp"

namespace weir::bench {

std::unique_ptr<Dialect> make_echo(const LoadOptions& options);       // raw and length:4
std::unique_ptr<Dialect> make_json_rpc(const LoadOptions& options);   // calls of "add"
std::unique_ptr<Dialect> make_resp(const LoadOptions& options);       // SET, then GET
std::unique_ptr<Dialect> make_http(const LoadOptions& options);       // GET
std::unique_ptr<Dialect> make_websocket(const LoadOptions& options);  // echo

// Bytes of one call of json-rpc.
std::size_t json_rpc_call_size();

}  // namespace weir::bench
