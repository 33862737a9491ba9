#!/usr/bin/env bash
# Usage: short-sends.sh
# Shows sends that take less than they were asked to, and sends that a signal interrupts, and that
# not a byte is missing afterwards.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs weir-echo strace

size=$((16 * 1024 * 1024))
head -c "$size" /dev/urandom >"$work/sent"

# The server's sends, as "ASKED TOOK": 0 for EAGAIN, and EINTR for one that was interrupted.
sends() {
  sed -nE 's/^.*sendto\(.*"(\.\.\.)?, ([0-9]+), .*= (-1 )?([0-9]+|EAGAIN|EINTR)( .*)?$/\2 \4/p' \
    "$work/trace" | sed 's/EAGAIN/0/'
}

was_short() {
  sends | awk '$2 != "EINTR" && $2 < $1 { found = 1 } END { exit !found }'
}

# The peer sends all, and begins to read only when the server's kernel took less than it was given.
late_reader() {
  exec {peer}<>"/dev/tcp/127.0.0.1/$port"
  background cat "$work/sent" >&"$peer"
  await was_short
  head -c "$size" <&"$peer" >"$work/came"
  cmp "$work/sent" "$work/came" || fail "what came back is not what was sent"
}

trace=sendto serve weir-echo
echo "A peer that reads late. The server's first short send, and the one that follows:"
late_reader
sends | awk '
  found < 2 && (found || $2 < $1) { print "  asked to send " $1 ", took " $2; ++found }'
sends | awk -v size="$size" '
  $2 < $1 { ++short }
  END { print "=> " NR " sends, short ones: " short + 0 "; all " size " bytes came back in order" }'
end_process "$server"

# strace answers in the kernel's place, as if a signal had come first: nothing was sent.
inject=(-e "inject=sendto:error=EINTR:when=2+3")
trace=sendto serve weir-echo
echo "The same with every third send interrupted by a signal:"
late_reader
sends | awk -v size="$size" '
  $2 == "EINTR" { ++none }
  END { print "=> " NR " sends, EINTR: " none + 0 "; all " size " bytes came back in order" }'
