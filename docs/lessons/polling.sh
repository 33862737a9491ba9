#!/usr/bin/env bash
# Usage: polling.sh
# Shows what trying every non-blocking socket in turn costs when nothing happens: the calls of one
# second and the processor time of two more, of a server with 100 silent connections.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs weir-echo strace

# Processor time of the server so far, in ms: fields 14 and 15 of /proc/PID/stat, in ticks.
processor_time() {
  awk -v ticks="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / ticks) }' \
    "/proc/$server/stat"
}

for backend in spin epoll; do
  for traced in "" recvfrom,epoll_wait,epoll_pwait; do
    trace=$traced serve weir-echo --backend "$backend"
    peers=()
    for ((i = 0; i < 100; ++i)); do
      exec {peer}<>"/dev/tcp/127.0.0.1/$port"
      printf x >&"$peer"
      read -r -N 1 -t 30 -u "$peer" || fail "no answer"
      peers+=("$peer")
    done
    sleep 1  # what the last answer left to do is none of the silence
    if [[ -n $traced ]]; then
      before=$(wc -l <"$work/trace")
      sleep 1
      calls=$(tail -n "+$((before + 1))" "$work/trace")
      tried=$(grep -c 'recvfrom(.* = -1 EAGAIN' <<<"$calls" || true)
      got=$(grep -c 'recvfrom(.* = [0-9]' <<<"$calls" || true)
    else
      before=$(processor_time)
      sleep 2
      busy=$(($(processor_time) - before))
    fi
    for peer in "${peers[@]}"; do exec {peer}>&-; done
    end_process "$server"
  done
  echo "$backend: $busy ms of processor time in 2 s of silence"
  echo "=> reads in 1 s, under strace: $tried in vain (EAGAIN), $got with a byte"
done
