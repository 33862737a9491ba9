#!/usr/bin/env bash
# Usage: check_headers.sh WORK_DIR COMPILER...
# Checks that every public header compiles on its own and twice, and that weir/weir.hpp brings in
# neither Boost nor nlohmann_json. COMPILER may begin with a launcher, e.g. ccache.
set -euo pipefail

work=$1
shift
root=$(cd "$(dirname "$0")/.." && pwd)
include=$root/framework/include
compile=("$@" -std=c++20 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -I "$include")

mkdir -p "$work"
cd "$include"
mapfile -t headers < <(find weir -name '*.hpp' | sort)
if [[ ${#headers[@]} -eq 0 ]]; then
  echo "no header under $include" >&2
  exit 1
fi

# Each header in a source of its own, two at a time.
for header in "${headers[@]}"; do
  source=$work/${header//\//.}.cpp
  printf '#include <%s>\n#include <%s>\n' "$header" "$header" >"$source"
  printf '%s\0' "$source"
done | xargs -0 -P 2 -I '{}' "${compile[@]}" -c '{}' -o '{}.o'

foreign=$("${compile[@]}" -M weir/weir.hpp | tr ' ' '\n' | grep -v "^$root/" |
  grep -E '/(boost|nlohmann)/' || true)
if [[ -n $foreign ]]; then
  printf 'weir/weir.hpp must not include:\n%s\n' "$foreign" >&2
  exit 1
fi
