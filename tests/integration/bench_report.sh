#!/usr/bin/env bash
# Usage: bench_report.sh WEIR_BENCH
# `weir-bench report` and `diff` as scripts use them: files, messages and exit statuses; and an XML
# parser reads the page. Skipped, with exit status 77, where there is no xmllint.
set -euo pipefail

bench=$1
if ! command -v xmllint >/dev/null; then
  echo "there is no xmllint here"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"

# comparison RATIO [CONNECTIONS...]: a row for each, whose weir costs RATIO of the base.
comparison() {
  local ratio=$1 rows="" at
  shift
  for at in "$@"; do
    rows+="${rows:+,}"'{"id": "peers/'$at'", "suite": "peers", "chart": "a <b> & c", "axis":
      "connections", "at": '$at', "title": "'$at'", "what": "what", "figure": "cpu", "per":
      "message", "base": "C epoll", "command": "weir-bench \"<&>\"", "entries": [
      {"name": "C epoll", "command": ["a"], "rounds": [100, 101, 99, 100, 100]},
      {"name": "weir", "command": ["b"], "rounds": [110, 111, 109, 110, 110],
       "ratios": ['$ratio', '$ratio', '$ratio', '$ratio', '$ratio'],
       "latency": [[50, 1000], [99, 5000]]},
      {"name": "gone", "command": [], "skipped": "not <here>"}]}'
  done
  echo '{"weir-bench": 1, "suite": "peers", "started": "2026-11-22T12:00:00Z", "seconds": 3,
    "command": "weir-bench compare peers", "machine": [["CPU", "one"]], "settings": [],
    "rows": ['"$rows"']}'
}
comparison 1.1 1 64 1000 >before.json
comparison 1.3 1 64 1000 >after.json

# expect STATUS TEXT COMMAND...: it ends with STATUS, and what it says has TEXT in it.
expect() {
  local status=$1 text=$2 said got=0
  shift 2
  said=$("$@" 2>&1) || got=$?
  if [ "$got" != "$status" ] || [[ "$said" != *"$text"* ]]; then
    echo "expected $status and '$text' of: $*"
    echo "got $got and: $said"
    exit 1
  fi
}

expect 0 "wrote before.html" "$bench" report before.json
expect 0 "wrote there.html" "$bench" report before.json --out there.html
xmllint --noout before.html
cmp before.html there.html

expect 0 "0 worse" "$bench" diff before.json before.json
expect 1 "1.100 -> 1.300 of C epoll  +18.2%" "$bench" diff before.json after.json
expect 0 "3 better" "$bench" diff after.json before.json
expect 0 "3 same" "$bench" diff before.json after.json --threshold 0.2
expect 1 '"worse": 3' "$bench" diff before.json after.json --json

echo '{"weir-bench": 1' >half.json
expect 2 "half.json: it is no comparison of weir-bench" "$bench" diff before.json half.json
expect 2 "half.json: it is no comparison of weir-bench" "$bench" report half.json
expect 2 "none.json: No such file or directory" "$bench" diff none.json before.json
expect 2 "b is required" "$bench" diff before.json
expect 2 "nan is not in 0 to 10" "$bench" diff before.json after.json --threshold nan
expect 1 "would replace" "$bench" report before.json --out ./before.json
expect 1 "cannot be written" "$bench" report before.json --out none/page.html
