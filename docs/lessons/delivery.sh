#!/usr/bin/env bash
# Usage: delivery.sh
# Shows what a send that succeeded does not say: the peer's program may have read nothing, and a
# reset throws away what was sent before it. And what half-close is for.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs weir-echo strace socat

# cut_off PID: it is killed, and gone.
cut_off() {
  kill -KILL "$1"
  wait "$1" 2>/dev/null || true
}

echo "A message to a server that is killed before it reads:"
trace=recvfrom serve weir-echo --framing lines
suspend_process "$server"
exec {peer}<>"/dev/tcp/127.0.0.1/$port"
printf 'pay 5\n' >&"$peer" && echo "  send: succeeded"
cut_off "$server"
{ cat <&"$peer" 2>&1 || true; } | sed 's/^cat: -: /  then: /'
echo "=> the send succeeded, and the server read $(grep -c 'recvfrom.*pay' "$work/trace" || true) messages"

echo "A server that writes 1000000 bytes and closes, with a byte of the peer unread:"
head -c 1000000 /dev/zero >"$work/answer"
cat >"$work/careless" <<EOF
#!/usr/bin/env bash
read -r -N 1
cat $work/answer && echo "  all its writes succeeded" >&2
EOF
chmod +x "$work/careless"
background socat -d -d TCP-LISTEN:0,bind=127.0.0.1 "EXEC:$work/careless,nofork" 2>"$work/log"
await grep -q 'listening on' "$work/log"
port=$(sed -nE 's/^.*listening on .*:([0-9]+)$/\1/p' "$work/log")
exec {peer}<>"/dev/tcp/127.0.0.1/$port"
printf xy >&"$peer"
wait "$pid"
grep succeeded "$work/log"
came=$({ cat <&"$peer" 2>"$work/error" || true; } | wc -c)
sed 's/^cat: -: /  the peer reads to the end: /' "$work/error"
echo "=> of 1000000 bytes written, $came came"

echo "weir, that ends a connection over unread bytes (a line longer than --max-frame):"
serve weir-echo --framing lines --max-frame 10
exec {peer}<>"/dev/tcp/127.0.0.1/$port"
{ echo hello; head -c 100000 /dev/zero; } >&"$peer"
echo "  the peer reads: $(cat <&"$peer" 2>&1), then the end"

echo "Half-close: the peer says that it has no more to send, and still reads:"
trace=recvfrom,shutdown serve weir-echo
answer=$(printf 'last words' | socat -t 5 - "TCP:127.0.0.1:$port")
await grep -qE 'recvfrom.*, "", .* = 0$' "$work/trace"
echo "  the server reads the end of its stream: recvfrom(...) = 0"
echo "=> and the answer comes: $answer"
