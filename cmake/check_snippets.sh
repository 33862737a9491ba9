#!/usr/bin/env bash
# Usage: check_snippets.sh [ROOT]
# Checks that the C++ in the guides is code that runs: each ```cpp block of ROOT/README.md and of
# the pages under ROOT/docs, the lessons too, stands, line after line, in a file under ROOT/tests/docs
# or ROOT/tests/consumer, which the tests compile and run. The block may be indented less than in the
# file, by the same for every line. Prints every block that does not stand there as file:line.
set -euo pipefail

cd "${1:-$(dirname "$0")/..}"

mapfile -t guides < <(find docs -type f -name '*.md' 2>/dev/null | sort)
[[ -e README.md ]] && guides+=(README.md)
mapfile -t sources < <(find tests/docs tests/consumer -type f \( -name '*.cpp' -o -name '*.hpp' \) \
  2>/dev/null | sort)
if [[ ${#guides[@]} -eq 0 ]]; then
  echo "no guide under $PWD" >&2
  exit 1
fi

awk '
  # What stands before the first character that is no blank.
  function indent_of(line) {
    match(line, /^[ \t]*/)
    return substr(line, 1, RLENGTH)
  }

  # Whether the block stands in the source from line `at` on, with `more` before each of its lines.
  function stands(source, at, more,    i, line) {
    for (i = 1; i <= size; ++i) {
      line = text[source, at + i - 1]
      if (block[i] ~ /^[ \t]*$/ ? line !~ /^[ \t]*$/ : line != more block[i]) return 0
    }
    return 1
  }

  function is_somewhere(    source, at, indent, own) {
    own = indent_of(block[1])
    for (source in lines) {
      for (at = 1; at + size - 1 <= lines[source]; ++at) {
        indent = indent_of(text[source, at])
        if (substr(indent, length(indent) - length(own) + 1) != own) continue
        if (stands(source, at, substr(indent, 1, length(indent) - length(own)))) return 1
      }
    }
    return 0
  }

  function complain(file, line, message) {
    print file ":" line ": " message > "/dev/stderr"
    ++failures
  }

  function no_end() {
    if (inside) complain(guide, begin, "the block has no end")
    inside = 0
  }

  FNR == 1 { no_end(); guide = FILENAME }
  FILENAME ~ /^tests\// { text[FILENAME, FNR] = $0; lines[FILENAME] = FNR; next }
  !inside && /^[ \t]*```[ \t]*(c\+\+|cc|cxx|C\+\+|CPP|Cpp)/ { 
    complain(guide, FNR, "write ```cpp, or nobody checks the block")
  }
  !inside && /^[ \t]*```/ {
    inside = 1
    is_cpp = $0 ~ /^[ \t]*```[ \t]*cpp[ \t]*$/
    size = 0
    begin = FNR
    next
  }
  inside && /^[ \t]*```[ \t]*$/ {
    inside = 0
    if (!is_cpp) next
    ++blocks
    if (size == 0) complain(guide, begin, "the block is empty")
    else if (!is_somewhere()) {
      complain(guide, begin, "no file under tests/docs has this block: " block[1])
    }
    next
  }
  inside { block[++size] = $0 }

  END {
    no_end()
    if (failures) { print failures " mistakes in snippets" > "/dev/stderr"; exit 1 }
    print blocks + 0 " blocks stand in tests/docs"
  }
' "${sources[@]}" "${guides[@]}"
