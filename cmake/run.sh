#!/usr/bin/env bash
# Usage: run.sh [APP] [FLAGS...]
# Builds the program apps/APP (default: chat) with all that it needs and becomes it, so that signals
# reach it. Standard output is the program's alone; what building says is shown on standard error,
# and only when it fails.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
app="chat"
if [[ $# -gt 0 && $1 != -* ]]; then
  app=$1
  shift
fi

if [[ ! $app =~ ^[a-z0-9_-]+$ || ! -e $root/apps/$app/main.cpp ]]; then
  apps=()
  for main in "$root"/apps/*/main.cpp; do
    [[ -e $main ]] && apps+=("$(basename "$(dirname "$main")")")
  done
  echo "run.sh: no app \"$app\"; there are: ${apps[*]}" >&2
  exit 2
fi

# A comparison starts servers of weir and of others, whose libraries may have come since CMake looked.
profile="build"
targets=("weir-$app")
if [[ $app == bench && ${1:-} == compare ]]; then
  profile="bench"
  targets+=("bench-servers")
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() {
  "$@" </dev/null >"$log" 2>&1 || {
    local status=$?
    cat "$log" >&2
    exit "$status"
  }
}

# From the root, but the program keeps the caller's directory.
build() {
  cd "$root" &&
    { [[ $profile != bench && build/release/build.ninja -nt CMakePresets.json ]] ||
      cmake --preset release; } &&
    cmake --build --preset release --target "${targets[@]}"
}
if [[ ! -x $root/build/release/bin/weir-$app ]]; then
  echo "run.sh: building weir-$app; the first time takes a minute or two" >&2
fi
quietly "$root/cmake/setup.sh" "$profile"
(quietly build)
rm -f "$log"
exec "$root/build/release/bin/weir-$app" "$@"
