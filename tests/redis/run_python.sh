#!/usr/bin/env bash
# Usage: run_python.sh SCRIPT [ARGUMENTS...]
# Runs SCRIPT with Debian's Python, which is the one that sees Debian's packages. Skipped, with exit
# status 77, where it is not there.
set -euo pipefail

if [[ ! -x /usr/bin/python3 ]]; then
  echo "there is no /usr/bin/python3 here"
  exit 77
fi
exec /usr/bin/python3 "$@"
