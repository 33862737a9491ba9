#!/usr/bin/env bash
# Usage: run.sh WORK_DIR SCRIPT SERVER [FLAGS...]
# Installs the packages of this folder into WORK_DIR, starts SERVER, and lets the Node script SCRIPT
# talk to it: once for each framing. Skipped, with exit status 77, where there is no npm.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$1
script=$2
shift 2
if ! command -v npm >/dev/null; then
  echo "there is no npm here"
  exit 77
fi

mkdir -p "$work"
cp "$here"/package.json "$here"/package-lock.json "$here"/*.mjs "$work/"
cd "$work"
if ! cmp -s package-lock.json node_modules/.installed; then
  npm ci --no-audit --no-fund --loglevel=error </dev/null
  cp package-lock.json node_modules/.installed
fi

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
