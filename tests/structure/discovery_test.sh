#!/usr/bin/env bash
# Usage: discovery_test.sh EXECUTABLE
# Checks that the executable of support/discovery_sample.cpp lists every one of its cases, that each
# listed path runs exactly one case, that a broken precondition is reported as a skip, and that a
# failure never is.
set -euo pipefail

executable=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "$*" >&2
  exit 1
}

export ASAN_OPTIONS=detect_leaks=0
"$executable" "--list_cases=$work/cases"
mapfile -t paths < <(sed -E 's/^weir_test_case\(\[=====\[(.*)\]=====\] FALSE\)$/\1/' "$work/cases")
[[ ${#paths[@]} -eq 9 ]] || fail "expected 9 test cases, listed: $(cat "$work/cases")"

for path in "${paths[@]}"; do
  "$executable" "--run_test=$path" --report_level=short >"$work/out" 2>&1 ||
    fail "$path fails: $(cat "$work/out")"
  grep -q '^  1 test case out of [0-9]* passed$' "$work/out" ||
    fail "$path is not one case: $(cat "$work/out")"
done

status=0
WEIR_TEST_SKIP=1 "$executable" --run_test=outer/a_case_that_needs_a_resource >"$work/out" 2>&1 ||
  status=$?
[[ $status -eq 77 ]] || fail "a skipped case exits with $status"
grep -q '^SKIPPED: outer/a_case_that_needs_a_resource: .*the resource is not there$' "$work/out" ||
  fail "the reason of the skip is not told: $(cat "$work/out")"

status=0
"$executable" --run_test=no/such_case >"$work/out" 2>&1 || status=$?
[[ $status -ne 0 && $status -ne 77 ]] || fail "a case that is not there exits with $status"

if "$executable" "--list_cases=$work/missing/cases" 2>"$work/out"; then
  fail "a list that cannot be written is not reported"
fi
