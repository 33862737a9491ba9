#!/usr/bin/env bash
# Usage: slow-reader.sh
# Shows a peer that sends without end and reads nothing: which buffers fill, that the server stops to
# read it, that its memory stays, and that others are served meanwhile.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs weir-echo

size=$((64 * 1024 * 1024))

# Nothing has moved for a fifth of a second.
stands_still() {
  local before=${figures-}
  sleep 0.2
  figures="$(figure weir_bytes_in_total) $(figure weir_bytes_out_total) $(unread "$port")"
  [[ $figures == "$before" ]]
}

serve weir-echo --admin tcp://127.0.0.1:0
before=$(field VmRSS "$server")

exec {slow}<>"/dev/tcp/127.0.0.1/$port"
background head -c "$size" /dev/zero >&"$slow"
sender=$pid
await stands_still
read -r came went unread <<<"$figures"
echo "A peer that has $size bytes to send, and does not read the echo:"
echo "  the server read $came bytes, then paused; its kernel took $went of the echo"
((came - went <= 256 * 1024 + 64 * 1024)) || fail "the server holds $((came - went)) bytes"
echo "=> the server holds $((came - went)) bytes, not more than 262144 and one read of 65536"
echo "  in its receive buffer $unread bytes wait unread, and the sender waits as well"
echo "  the server's memory grew by $(($(field VmRSS "$server") - before)) KiB"
kill -0 "$sender" || fail "the sender could send it all"

exec {other}<>"/dev/tcp/127.0.0.1/$port"
echo hello >&"$other"
read -r -t 30 -u "$other" answer || fail "no answer"
echo "  another peer is answered meanwhile: $answer"

came=$(head -c "$size" <&"$slow" | wc -c)
echo "=> as soon as the peer reads, all $came bytes come"
