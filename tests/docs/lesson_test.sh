#!/usr/bin/env bash
# Usage: lesson_test.sh PAGES
#        lesson_test.sh LESSON PROGRAMS
# PAGES, a folder: checks that each page has its one command, which is there and is tested, names
# files that are there, stands in the list, and is short. LESSON: runs docs/lessons/LESSON.sh with the
# programs of a folder, and checks that it says what is essential, and all that the page says, but for
# numbers.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
failures=0

complain() {
  echo "$*" >&2
  failures=$((failures + 1))
}

# block LANGUAGE PAGE: the lines of its first block in that language.
block() {
  awk -v begin="\`\`\`$1" '$0 == begin { inside = 1; next } inside && $0 == "```" { exit } inside' "$2"
}

check_page() {
  local page=$1 name file
  name=$(basename "$page" .md)
  [[ $(block sh "$page") == "docs/lessons/$name.sh" ]] ||
    complain "$page: its one command is not docs/lessons/$name.sh"
  [[ $(grep -c '^```sh$' "$page") -eq 1 ]] || complain "$page: not one command"
  [[ -x ${page%.md}.sh ]] || complain "$page: there is no ${page%.md}.sh to run"
  [[ -n $(block c "$page") ]] || complain "$page: it does not say what people write first"
  (($(wc -l <"$page") <= 66)) || complain "$page: more than 66 lines"
  grep -qF "]($name.md)" "$(dirname "$page")/README.md" || complain "$page: not in the list"
  essential "$name" >/dev/null || complain "$page: nothing tests it"
  grep -qxE "    $name\\)?" "$root/tests/docs/lessons.cmake" ||
    complain "$page: tests/docs/lessons.cmake does not run it"
  while read -r file; do
    [[ -e $root/$file ]] || complain "$page: there is no $file"
  done < <(grep -oE '`(framework|apps|docs|tests|cmake)/[^` ]+`' "$page" | tr -d '`')
  grep -qE '^- `framework/' "$page" || complain "$page: it names no file of the framework"
}

# What a lesson must say, one regular expression a line: nothing that depends on time.
essential() {
  case $1 in
    select) printf '%s\n' '^=> select: .* refuses [1-9].* set of 1[0-9]{3} descriptors to learn of 1$' \
      '^=> epoll: serves 1100, refuses 0, hands over none to learn of 1$' ;;
    polling) printf '%s\n' '^=> .*: [1-9][0-9]{2,} in vain .EAGAIN., 0 with a byte$' \
      '^=> .*: 0 in vain' ;;
    threads) printf '%s\n' '^=> threads 1,' '^=> threads 2[0-9]{2},' ;;
    framing) printf '%s\n' '^=> 3 sends, 1 read:' \
      '^=> 4 sends, 3 reads, 3 messages: "hello" "one" "two"$' ;;
    short-sends) printf '%s\n' '^=> .* short ones: [1-9].* all 16777216 bytes came back in order$' \
      '^=> .* EINTR: [1-9].* all 16777216 bytes came back in order$' ;;
    slow-reader) printf '%s\n' '^=> the server holds [0-9]+ bytes, not more than' \
      'another peer is answered meanwhile: hello$' '^=> .* all 67108864 bytes come$' ;;
    kinds-of-sockets) printf '%s\n' '^  tcp: .* read: 1$' '^  unix: .* read: 1$' \
      '^  unixpacket: .* read: 2$' '^  unixgram: .* read: 2$' '^  udp: .* read: 2$' \
      '^=> udp: every send succeeded, and the kernel dropped [1-9]' '^=> unixgram: the sender waits' ;;
    delivery) printf '%s\n' '^=> the send succeeded, and the server read 0 messages$' \
      '^=> of 1000000 bytes written, [0-9]{1,6} came$' 'the peer reads: hello, then the end$' \
      '^=> and the answer comes: last words$' ;;
    queue) printf '%s\n' '^  [1-9][0-9]* wait in the client' '^=> 50 calls, 0 failed$' ;;
    sendfile) printf '%s\n' '^  sendfile: +[1-9][0-9]* calls, 8388608 bytes$' \
      '^  sendfile: +0 calls, 0 bytes$' '^  read into memory: +[0-9]+ calls, [89][0-9]{6} bytes$' ;;
    *) return 1 ;;
  esac
}

without_numbers() {
  sed -E 's/[0-9]+/N/g'
}

run_lesson() {
  local name=$1 said pattern status=0
  # From another folder, as a reader may.
  said=$(cd / && WEIR_BIN=$2 timeout 160 "$root/docs/lessons/$name.sh" </dev/null) || status=$?
  [[ $status -ne 77 ]] || exit 77
  [[ $status -eq 0 ]] || complain "$name.sh fails"
  while read -r pattern; do
    grep -qE -- "$pattern" <<<"$said" || complain "$name.sh does not say: $pattern"
  done < <(essential "$name")
  diff <(block text "$root/docs/lessons/$name.md" | without_numbers) \
    <(without_numbers <<<"$said") >&2 || complain "$name.md says something else than $name.sh"
  [[ $failures -eq 0 ]] || echo "$said" >&2
}

if [[ $# -eq 1 ]]; then
  pages=0
  for page in "$1"/*.md; do
    [[ $(basename "$page") == README.md ]] && continue
    check_page "$page"
    pages=$((pages + 1))
  done
  [[ $pages -gt 0 ]] || complain "no page in $1"
else
  run_lesson "$1" "$2"
fi
[[ $failures -eq 0 ]]
