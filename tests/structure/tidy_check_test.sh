#!/usr/bin/env bash
# Shows that cmake/check_tidy.py, which reads several sources as one, finds in each what clang-tidy
# finds in it alone, and nothing else.
set -euo pipefail

project=$(cd "$(dirname "$0")/../.." && pwd)
if ! command -v clang-tidy >/dev/null; then
  echo "clang-tidy is not here" >&2
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$project/.clang-tidy" "$work"

failures=0

# put FILE LINE...: a file of the made-up tree
put() {
  local file=$work/$1
  shift
  mkdir -p "${file%/*}"
  printf '%s\n' "$@" >"$file"
}

# The tree's sources as preset release would compile them, each with the same arguments.
compile_commands() {
  local comma='' source
  mkdir -p "$work/build/release"
  {
    echo '['
    for source in "$work"/framework/*.cpp "$work"/apps/*.cpp; do
      printf '%s{"directory": "%s/build/release", "file": "%s", "command": "%s"}\n' "$comma" \
        "$work" "$source" "/usr/bin/c++ -Wshadow -I$work -std=c++20 -o x.o -c $source"
      comma=,
    done
    echo ']'
  } >"$work/build/release/compile_commands.json"
}

good_tree() {
  rm -rf "$work/framework" "$work/apps"
  put framework/first.hpp '#pragma once' 'int first(int value);'
  put framework/first.cpp '#include "framework/first.hpp"' \
    'namespace {' 'constexpr int step = 1;' '}' 'int first(int value) { return value + step; }'
  put framework/second.cpp '#include "framework/first.hpp"' \
    'int second(int value);' 'int second(int value) { return first(value); }'
  put apps/third.cpp 'int third();' 'int third() { return 3; }'
}

# expect CODE WORDS: the check of the tree ends with CODE and prints WORDS.
expect() {
  local code=0
  compile_commands
  "$project/cmake/check_tidy.py" "$work" >"$work/printed" 2>&1 || code=$?
  if [[ $code -ne $1 ]] || ! grep -qF -- "$2" "$work/printed"; then
    echo "exit code $code, expected $1 and \"$2\":" >&2
    cat "$work/printed" >&2
    failures=$((failures + 1))
  fi
}

good_tree
expect 0 "3 sources, 0 looked at alone, 0 with findings"

# One name for two things, each in a source of its own.
put framework/second.cpp 'namespace {' 'constexpr int step = 2;' '}' 'int second();' \
  'int second() { return step; }'
expect 0 "3 sources, 3 looked at alone, 0 with findings"

# A name of one source that an inner one of another covers.
put framework/second.cpp 'int second(int step);' 'int second(int step) { return step; }'
expect 0 "3 sources, 0 looked at alone, 0 with findings"

good_tree
put framework/second.cpp 'int second();' 'int second() { int Sum = 2; return Sum; }'
expect 1 "framework/second.cpp:2:20: error: invalid case style for variable 'Sum'"

good_tree
put apps/third.cpp 'int third();' 'int third() {' '  int* none = nullptr;' '  return *none;' '}'
expect 1 "apps/third.cpp:4:10: error: Dereference of null pointer"

good_tree
put apps/third.cpp '#include "framework/first.hpp"' '#include "framework/first.hpp"'
expect 1 "apps/third.cpp:2:1: error: duplicate include"

good_tree
put framework/first.hpp '#pragma once' 'int first(int value);' \
  'inline int in_header(int value, int other) { return value; }'
expect 1 "framework/first.hpp:3:37: error: parameter 'other' is unused"

good_tree
put framework/second.cpp 'int second() { return missing; }'
expect 1 "framework/second.cpp:1:23: error: use of undeclared identifier 'missing'"

echo '[]' >"$work/build/release/compile_commands.json"
if "$project/cmake/check_tidy.py" "$work" >/dev/null 2>&1; then
  echo "a tree of which nothing is compiled passes" >&2
  failures=$((failures + 1))
fi

exit $((failures > 0))
