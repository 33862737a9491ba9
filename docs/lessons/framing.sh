#!/usr/bin/env bash
# Usage: framing.sh
# Shows that a stream keeps no boundaries: three sends come as one read, and one line in two.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs weir-echo strace

# One line a read of the server, as strace saw it.
reads() {
  sed -nE 's/^.*recvfrom\([0-9]+, ("[^"]*"),.* = ([0-9]+)$/  the server read \2 bytes: \1/p' \
    "$work/trace"
}

read_count() {
  reads | wc -l
}

# has_read N: the server has read N times.
has_read() {
  (($(read_count) >= $1))
}

# connects FRAMING
connects() {
  trace=recvfrom serve weir-echo --framing "$1"
  exec {peer}<>"/dev/tcp/127.0.0.1/$port"
}

echo "Three sends, no framing, while the server was busy:"
connects raw
suspend_process "$server"
printf one >&"$peer"
printf two >&"$peer"
printf three >&"$peer"
await waits_for "$port" 11
kill -CONT "$server"
IFS= read -r -N 11 -t 30 -u "$peer" _ || fail "no answer"
reads
echo "=> 3 sends, $(read_count) read: where does a message end?"
end_process "$server"

echo "One line, sent in two parts, then two lines while it was busy, with --framing lines:"
connects lines
printf hel >&"$peer"
await has_read 1
printf 'lo\n' >&"$peer"
IFS= read -r -t 30 -u "$peer" first || fail "no answer"
suspend_process "$server"
printf 'one\n' >&"$peer"
printf 'two\n' >&"$peer"
await waits_for "$port" 8
kill -CONT "$server"
IFS= read -r -t 30 -u "$peer" second || fail "no answer"
IFS= read -r -t 30 -u "$peer" third || fail "no answer"
reads
echo "=> 4 sends, $(read_count) reads, 3 messages: \"$first\" \"$second\" \"$third\""
