#!/usr/bin/env bash
# Usage: test.sh [PRESET] [CTEST ARGUMENTS...]
# Sets up, builds and tests in PRESET (release, debug, asan, tsan or coverage; default release). The
# last line is the count of the test cases, "N passed, N failed" or "N passed, N failed, N skipped".
# Fails when a test fails, when something does not build, and when there was no test to run.
set -euo pipefail

cd "$(dirname "$0")/.."
preset=release
if [[ $# -gt 0 && $1 != -* ]]; then
  preset=$1
  shift
fi
case $preset in
  release | debug | asan | tsan | coverage) ;;
  *)
    echo "test.sh: no preset \"$preset\"; there are: release debug asan tsan coverage" >&2
    exit 2
    ;;
esac

cmake/setup.sh test
cmake --preset "$preset" </dev/null
cmake --build --preset "$preset" </dev/null

results=$PWD/build/$preset/test-results.xml
rm -f "$results"
status=0
ctest --preset "$preset" --output-junit "$results" "$@" </dev/null || status=$?

# A test that did not run counts as skipped only when it said so itself or is disabled; any other is
# a failure.
read -r passed failed skipped < <(awk '
  /<testcase / { if (match($0, /status="[a-z]+"/)) count[substr($0, RSTART + 8, RLENGTH - 9)]++ }
  /<skipped message="SKIP_/ { asked++ }
  END { print count["run"] + 0, count["fail"] + count["notrun"] - asked, count["disabled"] + asked }
' "$results" 2>/dev/null || echo 0 0 0)

if [[ $status -eq 0 && ($failed -gt 0 || $passed -eq 0) ]]; then
  status=1
fi
line="$passed passed, $failed failed"
if [[ $skipped -gt 0 ]]; then
  line+=", $skipped skipped"
fi
echo "$line"
exit "$status"
