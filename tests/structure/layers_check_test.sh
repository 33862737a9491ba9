#!/usr/bin/env bash
# Shows that cmake/check_layers.sh accepts a tree that keeps the layers, and reports each single
# line that breaks them.
set -euo pipefail

check=$(cd "$(dirname "$0")/../../cmake" && pwd)/check_layers.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failures=0

# put FILE LINE...: a file of the made-up tree, below framework/
put() {
  local file=$work/framework/$1
  shift
  mkdir -p "${file%/*}"
  printf '%s\n' "$@" >"$file"
}

good_tree() {
  rm -rf "$work/framework"
  put include/weir/weir.hpp '#include "weir/core/error.hpp"' '#include "weir/service/server.hpp"'
  put include/weir/core/error.hpp '#pragma once' '#include <string>'
  put include/weir/io/event_loop.hpp '#include <weir/core/error.hpp>'
  put include/weir/framing/line.hpp '#include "weir/core/error.hpp"'
  put include/weir/framing/json.hpp '#include <nlohmann/json.hpp>'
  put include/weir/session/session.hpp '#include "weir/framing/line.hpp"' \
    '#include "weir/io/event_loop.hpp"'
  put include/weir/routing/router.hpp '#include "weir/session/session.hpp"'
  put include/weir/routing/json.hpp '#include <nlohmann/json.hpp>'
  put include/weir/routing/coroutine.hpp '#  include <boost/asio/awaitable.hpp>'
  put include/weir/service/server.hpp '#include "weir/routing/router.hpp"'
  put include/weir/testing/faults.hpp '#include "weir/service/server.hpp"'
  put src/io/backend.cpp '#include "io/asio/asio_loop.hpp"' '#include "io/reactor/poller.hpp"'
  put src/io/socket.hpp '#include <sys/socket.h>' '// #include "weir/service/server.hpp"'
  put src/io/asio/asio_loop.hpp '#include <boost/asio/io_context.hpp>' '#include "io/socket.hpp"'
  put src/io/reactor/poller.hpp '#include "../socket.hpp"' '#include "weir/core/error.hpp"'
  put src/io/reactor/poller.cpp '#include "poller.hpp"'
  put src/testing/memory_network.cpp '#include "io/socket.hpp"'
  put include/weir/tls/tls.hpp '#include "weir/io/event_loop.hpp"'
  put src/tls/wires.hpp '#include <openssl/ssl.h>' '#include "io/socket.hpp"'
  put include/weir/http/headers.hpp '#include "weir/framing/line.hpp"' '#include "weir/core/error.hpp"'
  put include/weir/bus/bus.hpp '#include "weir/core/error.hpp"'
  put src/bus/redis_bus.hpp '#include "weir/service/server.hpp"'
  put src/websocket/zlib.hpp '#include <zlib.h>' '#include "weir/framing/line.hpp"'
}

# expect_violation FILE LINE: the line, put at the end of the file, is reported under that file and
# number
expect_violation() {
  local file=$work/framework/$1 output line
  good_tree
  mkdir -p "${file%/*}"
  printf '%s\n' "$2" >>"$file"
  line=$(wc -l <"$file")
  if output=$("$check" "$work" 2>&1); then
    echo "not noticed: $1: $2" >&2
    failures=$((failures + 1))
  elif [[ $output != *"framework/$1:$line:"* && $output != *"framework/$1: "* ]]; then
    echo "noticed, but not in its place: $1:$line: $2: $output" >&2
    failures=$((failures + 1))
  fi
}

good_tree
"$check" "$work"

expect_violation include/weir/core/error.hpp '#include "weir/io/event_loop.hpp"'
expect_violation include/weir/core/error.hpp '  #  include <weir/service/server.hpp>'
expect_violation include/weir/io/event_loop.hpp '#include "weir/framing/line.hpp"'
expect_violation include/weir/io/event_loop.hpp '#include "weir/session/session.hpp"'
expect_violation include/weir/framing/line.hpp '#include "weir/io/event_loop.hpp"'
expect_violation include/weir/session/session.hpp '#include "weir/routing/router.hpp"'
expect_violation include/weir/routing/router.hpp '#include "weir/service/server.hpp"'
expect_violation include/weir/service/server.hpp '#include "weir/testing/faults.hpp"'
expect_violation include/weir/service/server.hpp '#include "weir/weir.hpp"'
expect_violation include/weir/service/server.hpp '#include <boost/asio.hpp>'
expect_violation include/weir/routing/router.hpp '#include <nlohmann/json.hpp>'
expect_violation src/io/socket.hpp '#include "io/reactor/poller.hpp"'
expect_violation src/io/socket.hpp '#include "reactor/poller.hpp"'
expect_violation src/io/socket.hpp '#include <boost/asio/buffer.hpp>'
expect_violation src/io/asio/asio_loop.hpp '#include "io/reactor/poller.hpp"'
expect_violation src/io/asio/asio_loop.hpp '#include "../reactor/poller.hpp"'
expect_violation src/io/reactor/poller.hpp '#include "io/asio/asio_loop.hpp"'
expect_violation src/io/reactor/poller.cpp '#include "weir/session/session.hpp"'
expect_violation src/io/reactor/poller.cpp '#include <boost/asio/buffer.hpp>'
expect_violation src/io/backend.cpp '#include "weir/session/session.hpp"'
expect_violation src/testing/memory_network.cpp '#include "io/asio/asio_loop.hpp"'
expect_violation include/weir/tls/tls.hpp '#include <openssl/ssl.h>'
expect_violation include/weir/service/server.hpp '#include "weir/tls/tls.hpp"'
expect_violation src/io/socket.hpp '#include <openssl/ssl.h>'
expect_violation src/tls/wires.hpp '#include "weir/session/session.hpp"'
expect_violation include/weir/http/headers.hpp '#include "weir/io/event_loop.hpp"'
expect_violation include/weir/http/headers.hpp '#include "weir/session/session.hpp"'
expect_violation include/weir/http/headers.hpp '#include <boost/beast/http.hpp>'
expect_violation include/weir/framing/line.hpp '#include "weir/http/headers.hpp"'
expect_violation include/weir/framing/line.hpp '#include <zlib.h>'
expect_violation src/bus/redis_bus.hpp '#include "weir/tls/tls.hpp"'
expect_violation include/weir/service/server.hpp '#include "weir/bus/bus.hpp"'
expect_violation src/websocket/zlib.hpp '#include "weir/session/session.hpp"'
expect_violation src/websocket/zlib.hpp '#include "weir/http/headers.hpp"'
expect_violation src/service/server.cpp '#include "no/such/file.hpp"'
expect_violation src/helpers/strings.cpp '#include <string>'
expect_violation src/strings.cpp '#include <string>'

rm -r "$work/framework"
mkdir -p "$work/framework/include" "$work/framework/src"
if "$check" "$work" 2>/dev/null; then
  echo "an empty tree passes" >&2
  failures=$((failures + 1))
fi

exit $((failures > 0))
