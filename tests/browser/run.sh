#!/usr/bin/env bash
# Usage: run.sh WORK_DIR SCRIPT ARGUMENTS...
# Installs the packages of this folder into WORK_DIR and runs the Node script SCRIPT there, which
# drives headless Chromium; it leaves its screenshots in WORK_DIR/screenshots. Skipped, with exit
# status 77, where there is no npm or no Chromium (or another one than $CHROMIUM names).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$1
script=$2
shift 2
for tool in npm "${CHROMIUM:-chromium}"; do
  if ! command -v "$tool" >/dev/null; then
    echo "there is no $tool here"
    exit 77
  fi
done

mkdir -p "$work"
cp "$here"/package.json "$here"/package-lock.json "$here"/*.mjs "$work/"
cd "$work"
if ! cmp -s package-lock.json node_modules/.installed; then
  npm ci --no-audit --no-fund --loglevel=error </dev/null
  cp package-lock.json node_modules/.installed
fi

CHROMIUM=$(command -v "${CHROMIUM:-chromium}") exec node "$script" "$@"
