#!/usr/bin/env bash
# Usage: run.sh WORK_DIR SCRIPT SERVER [FLAGS...]
# Starts SERVER, and lets the Node script SCRIPT talk to it: once for each framing. Skipped, with
# exit status 77, where there is no npm.
set -euo pipefail

source "$(dirname "$0")/install.sh"
install "$1"
script=$2
shift 2

for framing in length:4 lines headers; do
  coproc server { exec "$@" --listen tcp://127.0.0.1:0 --framing "$framing"; }
  pid=$server_PID
  trap 'kill -KILL $pid 2>/dev/null || true' EXIT
  read -r -u "${server[0]}" ready
  echo "$framing: $ready"
  node "$script" "${ready##*:}" "$framing"
  kill -TERM "$pid"
  wait "$pid"
  trap - EXIT
done
