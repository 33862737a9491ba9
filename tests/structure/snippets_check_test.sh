#!/usr/bin/env bash
# Shows that cmake/check_snippets.sh accepts a guide whose code stands in the tests, and reports
# each way in which it may not.
set -euo pipefail

check=$(cd "$(dirname "$0")/../../cmake" && pwd)/check_snippets.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/docs" "$work/tests/docs"

failures=0

cat >"$work/tests/docs/guide.cpp" <<'CODE'
struct Code {
  int first() {
    return 1;

    // what is left
  }
};
CODE

# guide LINE...: the guide, of these lines
guide() {
  printf '%s\n' "$@" >"$work/docs/guide.md"
}

expect_accepted() {
  if ! "$check" "$work" >"$work/out" 2>&1; then
    echo "refused: $1" >&2
    cat "$work/out" >&2
    failures=$((failures + 1))
  fi
}

# expect_refused WHAT MESSAGE
expect_refused() {
  if "$check" "$work" >"$work/out" 2>&1 || ! grep -qF "$2" "$work/out"; then
    echo "not refused, or not with '$2': $1" >&2
    cat "$work/out" >&2
    failures=$((failures + 1))
  fi
}

guide '# Guide' '```cpp' 'struct Code {' '  int first() {' '    return 1;' '```' '```sh' 'ls' '```'
expect_accepted "a block as it stands in the file"
grep -qx '1 blocks stand in tests/docs' "$work/out" || failures=$((failures + 1))

guide '```cpp' 'int first() {' '  return 1;' '' '  // what is left' '}' '```'
expect_accepted "a block without the indentation that its lines share"

guide '```cpp' '    // what is left' '  }' '```'
expect_accepted "a block that ends less indented than it begins"

guide '```cpp' 'int first() {' '  return 2;' '```'
expect_refused "another number" 'docs/guide.md:1: no file under tests/docs has this block'

guide '```cpp' 'int first() {' 'return 1;' '```'
expect_refused "another indentation of one line" 'docs/guide.md:1: no file'

guide '```cpp' 'int first() {' '  // what is left' '```'
expect_refused "a line left out" 'docs/guide.md:1: no file'

guide 'text' '```cpp' 'struct Code {' '```' '```cpp' 'struct Missing;' '```'
expect_refused "the second block" 'docs/guide.md:5: no file'

guide '```cpp' '```'
expect_refused "nothing" 'docs/guide.md:1: the block is empty'

guide '```cpp' 'struct Code {'
expect_refused "no end" 'docs/guide.md:1: the block has no end'

guide '```c++' 'struct Code {' '```'
expect_refused "a name of the language that is not looked for" 'docs/guide.md:1: write ```cpp'

guide '# Guide'
mkdir "$work/docs/lessons"
printf '%s\n' '```cpp' 'struct Nowhere;' '```' >"$work/docs/lessons/queue.md"
expect_refused "a lesson" 'docs/lessons/queue.md:1: no file under tests/docs has this block'
printf '%s\n' '```cpp' 'struct Code {' '```' >"$work/docs/lessons/queue.md"
expect_accepted "a lesson whose code stands in the tests"
grep -qx '1 blocks stand in tests/docs' "$work/out" || failures=$((failures + 1))

rm -r "$work/docs/lessons" "$work/docs/guide.md"
expect_refused "no guide at all" 'no guide under'

if ((failures > 0)); then
  exit 1
fi
