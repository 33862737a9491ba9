#!/usr/bin/env bash
# Usage: kinds-of-sockets.sh
# Shows which kinds of sockets keep messages apart, and what each does when its receiver is behind.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs weir-echo socat strace

# written: the sends of the socat whose calls are in $work/sends.
written() {
  grep -cE '(write|sendto)\(.* = [0-9]+$' "$work/sends" || true
}

has_written() {
  (($(written) >= $1))
}

# sender ARGUMENTS...: socat, its sends traced.
sender() {
  : >"$work/sends"
  background strace -D -qq -e signal=none -e trace=write,sendto -o "$work/sends" socat "$@"
}

# drops PORT: datagrams that the kernel threw away for want of room, from /proc/net/udp.
drops() {
  awk -v own="0100007F:$(printf %04X "$1")" '$2 == own { print $NF }' /proc/net/udp
}

gone() {
  ! kill -0 "$1" 2>/dev/null
}

# Two sends while the server is busy; then it goes on, and its frames are its reads.
two_sends() {
  local name=$1 listen=$2 peer=$3
  serve weir-echo --listen "$listen" --admin tcp://127.0.0.1:0
  suspend_process "$server"
  mkfifo "$work/$name"
  exec {input}<>"$work/$name"
  sender - "${peer//PORT/$port}" <&"$input" >"$work/$name.answer"
  printf one >&"$input"
  await has_written 1
  printf two >&"$input"
  await has_written 2
  kill -CONT "$server"
  await grep -q onetwo "$work/$name.answer"
  echo "  $name: 2 sends, messages read: $(figure weir_frames_in_total)"
  end_process "$pid"
  exec {input}>&-
  end_process "$server"
}

echo "Two sends, while the receiver is busy:"
two_sends tcp tcp://127.0.0.1:0 TCP:127.0.0.1:PORT
two_sends unix "unix://$work/s" "UNIX-CONNECT:$work/s"
two_sends unixpacket "unixpacket://$work/p" "UNIX-CONNECT:$work/p,type=5"
two_sends unixgram "unixgram://$work/g" "UNIX-SENDTO:$work/g,bind=$work/c"
two_sends udp udp://127.0.0.1:0 UDP:127.0.0.1:PORT

count=2000
head -c $((count * 1000)) /dev/zero >"$work/flood"
echo "$count datagrams of 1000 bytes to a receiver that does not read:"

serve weir-echo --listen udp://127.0.0.1:0
suspend_process "$server"
socat -u -b 1000 "$work/flood" "UDP:127.0.0.1:$port"
lost=$(drops "$port")
((lost > 0)) || fail "the kernel lost nothing"
echo "=> udp: every send succeeded, and the kernel dropped $lost"

serve weir-echo --listen "unixgram://$work/f"
suspend_process "$server"
sender -u -b 1000 "$work/flood" "UNIX-SENDTO:$work/f"
sleep 0.5
gone "$pid" && fail "the sender did not wait"
echo "=> unixgram: the sender waits, after $(written) of them"
kill -CONT "$server"
await gone "$pid"
wait "$pid"
echo "   the receiver goes on, and the sender ends with all $count sent"
