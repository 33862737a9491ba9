#!/usr/bin/env bash
# Usage: run_websocket_server.sh WORK_DIR VISITOR
# Starts websocket_server.mjs with and without compression, and lets VISITOR, a
# weir-websocket-visitor, talk to it on each backend.
# Skipped, with exit status 77, where there is no npm.
set -euo pipefail

source "$(dirname "$0")/install.sh"
install "$1"

for deflate in deflate plain; do
  coproc server { exec node websocket_server.mjs "$deflate"; }
  pid=$server_PID
  trap 'kill -KILL $pid 2>/dev/null || true' EXIT
  read -r -u "${server[0]}" ready
  for backend in asio select poll epoll spin; do
    echo "$deflate, $backend"
    "$2" "${ready##* }" "$backend" "$deflate"
  done
  kill -TERM "$pid"
  wait "$pid"
  trap - EXIT
done
