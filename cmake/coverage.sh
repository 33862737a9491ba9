#!/usr/bin/env bash
# Usage: coverage.sh [CTEST ARGUMENTS...]
# Runs the tests in preset coverage and prints how many lines of framework/ they executed, file by
# file and, as the last line, together.
set -euo pipefail

cd "$(dirname "$0")/.."
cmake/setup.sh ci
if [[ -d build/coverage ]]; then
  find build/coverage -name '*.gcda' -delete
fi
cmake/test.sh coverage "$@"

report=build/coverage/coverage.txt
summary=$(gcovr --root . --filter framework/ --txt "$report" --print-summary build/coverage)
cat "$report"
echo "line coverage of framework/: $(awk '$1 == "lines:" { print $2 }' <<<"$summary")"
