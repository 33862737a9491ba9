# shellcheck shell=bash disable=SC2034  # what the scripts use
# What the scripts beside this file share: it finds weir's programs, starts them, waits for what
# they say, and ends what it started. Sourced; everything is on loopback or on this machine.
set -euo pipefail

lessons=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=${WEIR_BIN:-$lessons/../../build/release/bin}
work=$(mktemp -d)
started=()

# Ends what was started: as it likes to, or after a second in any way.
finish() {
  local status=$? pid tries
  set +e
  exec 2>/dev/null  # a shell tells of each that is killed
  for pid in "${started[@]}"; do
    kill -TERM "$pid"
    kill -CONT "$pid"
  done
  for pid in "${started[@]}"; do
    for ((tries = 0; tries < 50; ++tries)); do
      kill -0 "$pid" || break
      sleep 0.02
    done
    kill -KILL "$pid"
  done
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# needs PROGRAM...: weir's programs are built, the others installed. 77 where nobody may trace.
needs() {
  local program
  for program in "$@"; do
    if [[ $program == weir-* ]]; then
      [[ -x $bin/$program ]] ||
        fail "there is no $bin/$program; cmake/run.sh ${program#weir-} --help builds it"
    else
      command -v "$program" >/dev/null ||
        fail "$program is missing; cmake/setup.sh test installs it"
    fi
  done
  if [[ " $* " == *" strace "* ]] && ! strace -D -qq -o /dev/null true; then
    echo "$(basename "$0"): skipped, for this system lets nobody trace" >&2
    exit 77
  fi
}

# await COMMAND...: until it succeeds, 30 s at most.
await() {
  local tries
  for ((tries = 0; tries < 1500; ++tries)); do
    if "$@"; then return; fi
    sleep 0.02
  done
  fail "waited 30 s in vain for: $*"
}

# background COMMAND...: its process is $pid, and ends with this script.
background() {
  "$@" <&0 &
  pid=$!
  started+=("$pid")
}

# serve PROGRAM ARGUMENTS...: starts a server of weir, on a free port unless told where. Then $server
# is its process, $endpoint and $port where it listens, $inspector the port of its --admin, and
# $work/log what it says on standard error. With trace=CALLS before it, strace(1) writes those calls
# to $work/trace; inject is an array of strace's further flags.
serve() {
  local program=$bin/$1 strace=()
  shift
  [[ " $* " == *" --listen "* ]] || set -- --listen tcp://127.0.0.1:0 "$@"
  # -D: the server stays the child of this script, so that $server is the server.
  if [[ -n ${trace-} ]]; then
    strace=(strace -D -f -qq -e signal=SIGSTOP -e "trace=$trace" "${inject[@]}"
      -o "$work/trace")
  fi
  rm -f "$work/trace"
  : >"$work/out"
  background "${strace[@]}" "$program" "$@" >"$work/out" 2>"$work/log"
  server=$pid
  await grep -q '^listening on ' "$work/out"
  if [[ " $* " == *" --admin "* ]]; then
    await grep -q '^inspector on ' "$work/out"
    inspector=$(sed -nE 's/^inspector on .*:([0-9]+).*$/\1/p' "$work/out")
  fi
  endpoint=$(sed -n 's/^listening on //p' "$work/out")
  port=${endpoint##*:}
}
inject=()

# suspend_process PID: it runs no further until kill -CONT. Of one that is traced strace says when.
suspend_process() {
  local before
  before=$(halts)
  kill -STOP "$1"
  await has_halted "$1" "$before"
}

halts() {
  [[ -e $work/trace ]] || echo 0
  [[ ! -e $work/trace ]] || grep -c 'stopped by SIGSTOP' "$work/trace" || true
}

has_halted() {
  grep -q '^State:[[:space:]]T' "/proc/$1/status" || (($(halts) > $2))
}

# end_process PID: SIGTERM, and waits for it.
end_process() {
  kill -TERM "$1"
  wait "$1" 2>/dev/null || true
}

# field NAME PID: a line of /proc/PID/status, without its name and unit.
field() {
  awk -v name="$1:" '$1 == name { print $2 }' "/proc/$2/status"
}

# unread PORT: bytes that wait in the receive queues of the connections whose own end is PORT, read
# from /proc/net/tcp as ss(8) does.
unread() {
  local queue total=0
  while read -r queue; do
    total=$((total + 16#$queue))
  done < <(awk -v own="0100007F:$(printf %04X "$1")" \
    '$2 == own && $4 == "01" { print substr($5, 10) }' /proc/net/tcp)
  echo "$total"
}

# waits_for PORT BYTES
waits_for() {
  (($(unread "$1") == $2))
}

# figure NAME: one of the figures that the server's inspector tells, at $inspector.
figure() {
  local peer
  exec {peer}<>"/dev/tcp/127.0.0.1/$inspector"
  printf 'GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' \
    "$inspector" >&"$peer"
  awk -v name="$1" '$1 == name { print $2 }' <&"$peer"
  exec {peer}>&-
}
