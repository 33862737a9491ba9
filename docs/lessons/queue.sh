#!/usr/bin/env bash
# Usage: queue.sh
# Shows queues between a program and its server: 50 calls are made while the server does not run. A
# POSIX message queue takes what it has room for, the client's own queue the rest.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs weir-rpc weir-call strace

calls=50

# The messages that the kernel's queue took.
taken() {
  grep -c 'mq_timedsend(.* = 0$' "$work/calls" || true
}

full() {
  grep -qs 'mq_timedsend(.* EAGAIN' "$work/calls"
}

serve weir-rpc --listen "mq://weir-lesson-$$"
suspend_process "$server"
background strace -D -f -qq -e signal=none -e trace=mq_timedsend -o "$work/calls" \
  "$bin/weir-call" "$endpoint" add '[1,2]' --repeat "$calls" --in-flight "$calls" >"$work/answers"
caller=$pid
await full
echo "The server does not run. A client makes $calls calls:"
echo "  the kernel's queue takes $(taken), then says EAGAIN"
echo "  $((calls - $(taken))) wait in the client's own queue"

kill -CONT "$server"
wait "$caller" || fail "the calls failed"
echo "The server runs again:"
sed -nE 's/^([0-9]+ calls, [0-9]+ failed),.*$/=> \1/p' "$work/answers"
