#!/usr/bin/env bash
# Usage: threads.sh
# Shows what a thread for each connection costs, beside one loop for all: threads, memory and
# switches between them, with 200 connections.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs weir-echo

connections=200
rounds=5

# Times that a thread of the server went to sleep, for want of something to do.
sleeps() {
  cat /proc/"$server"/task/*/status | awk '$1 == "voluntary_ctxt_switches:" { sum += $2 }
    END { print sum }'
}

# A message on each connection, all while the server is busy, then their answers.
round() {
  local peer
  suspend_process "$server"
  for peer in "${peers[@]}"; do printf x >&"$peer"; done
  kill -CONT "$server"
  for peer in "${peers[@]}"; do read -r -N 1 -t 30 -u "$peer" || fail "no answer"; done
}

for threads in 1 per-connection; do
  serve weir-echo --threads "$threads"
  begin=$(field VmRSS "$server")
  peers=()
  for ((i = 0; i < connections; ++i)); do
    exec {peer}<>"/dev/tcp/127.0.0.1/$port"
    peers+=("$peer")
  done
  round
  before=$(sleeps)
  for ((i = 0; i < rounds; ++i)); do round; done
  echo "--threads $threads, $connections connections:"
  echo "=> threads $(field Threads "$server")," \
    "memory $((($(field VmRSS "$server") - begin) / connections)) KiB a connection," \
    "address space $(($(field VmSize "$server") / 1024)) MiB"
  echo "  $((rounds * connections)) messages, $(($(sleeps) - before)) times a thread went to sleep"
  for peer in "${peers[@]}"; do exec {peer}>&-; done
  end_process "$server"
done
