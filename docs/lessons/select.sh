#!/usr/bin/env bash
# Usage: select.sh
# Shows what select(2) costs and where it ends, beside epoll(7): 1,100 connections of which one says
# something, then the processor time of a message beside 900 connections that are silent.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs weir-echo weir-bench strace

crowd=1100
ulimit -Sn 4096 2>/dev/null || fail "this needs 4,096 descriptors (ulimit -Hn)"

# settled N: the server has accepted N connections, those counted that it closed again, and waits.
settled() {
  (($(grep -cE 'accept4\(.* = [0-9]+$' "$work/trace") >= $1)) &&
    tail -n 1 "$work/trace" | grep -qE '^[0-9]+ +(p?select6?|epoll_p?wait)\(' &&
    ! tail -n 1 "$work/trace" | grep -qE '\) += ' 
}

# What the kernel was given and what it answered, the last time it was asked which are ready.
last_answer() {
  awk '
    /select6?\(.* = 1 / {
      match($0, /\[[^]]*\]/)
      given = split(substr($0, RSTART + 1, RLENGTH - 2), all, " ")
      answer = "hands over a set of " given " descriptors to learn of 1"
    }
    /epoll_p?wait\(.* = 1$/ { answer = "hands over none to learn of 1" }
    END { print answer }' "$work/trace"
}

echo "$crowd connections to one thread, of which one sends a byte:"
for backend in select epoll; do
  trace=accept4,select,pselect6,epoll_wait,epoll_pwait serve weir-echo --backend "$backend"
  peers=()
  for ((i = 0; i < crowd; ++i)); do
    exec {peer}<>"/dev/tcp/127.0.0.1/$port"
    peers+=("$peer")
  done
  await settled "$crowd"
  served=$(($(find "/proc/$server/fd" -lname 'socket:*' | wc -l) - 1))
  printf x >&"${peers[500]}"
  read -r -N 1 -t 30 -u "${peers[500]}" || fail "no answer"
  await settled "$crowd"
  echo "=> $backend: serves $served, refuses $((crowd - served)), $(last_answer)"
  head -n 1 "$work/log" | cut -d ' ' -f 2- | sed 's/^/    it says: /'
  for peer in "${peers[@]}"; do exec {peer}>&-; done
  end_process "$server"
done

# cost BACKEND IDLE: nanoseconds of processor time that a message takes the server.
cost() {
  serve weir-echo --backend "$1"
  local options=(--to "$endpoint" --server-pid "$server" --connections 1 --messages 3000 --warmup 0.1)
  (($2 == 0)) || options+=(--idle "$2")
  "$bin/weir-bench" load "${options[@]}" --json |
    awk -F '[:,. ]+' '/cpu_ns_per_message/ { print $3; exit }'
  end_process "$server"
}

echo "Processor time of a message, in ns:"
for backend in select epoll; do
  alone=$(cost "$backend" 0)
  beside=$(cost "$backend" 900)
  echo "  $backend: $alone for one connection alone, $beside beside 900 silent ones"
done
