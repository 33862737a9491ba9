#!/usr/bin/env bash
# Usage: run_websocket.sh WORK_DIR SERVER
# Starts SERVER, a weir-websocket-echo, on each backend, and lets websocket_client.mjs talk to it.
# Skipped, with exit status 77, where there is no npm.
set -euo pipefail

source "$(dirname "$0")/install.sh"
install "$1"

for backend in asio select poll epoll spin; do
  coproc server { exec "$2" tcp://127.0.0.1:0 "$backend"; }
  pid=$server_PID
  trap 'kill -KILL $pid 2>/dev/null || true' EXIT
  read -r -u "${server[0]}" ready
  echo "$backend: $ready"
  node websocket_client.mjs "${ready##*:}"
  kill -TERM "$pid"
  wait "$pid"
  trap - EXIT
done
