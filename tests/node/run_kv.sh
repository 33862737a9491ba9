#!/usr/bin/env bash
# Usage: run_kv.sh WORK_DIR SCRIPT WEIR_KV [ARGUMENTS...]
# Lets the Node script SCRIPT start the program WEIR_KV and talk to it. Skipped, with exit status
# 77, where there is no npm.
set -euo pipefail

source "$(dirname "$0")/install.sh"
install "$1"
shift
exec node "$@"
