#!/usr/bin/env bash
# Usage: bench_compare.sh WEIR_BENCH
# `weir-bench compare` as people and scripts use it: rows, files, who is left out, an interruption.
set -euo pipefail

bench=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"

fail() {
  echo "$1" >&2
  cat out >&2
  exit 1
}
has() {
  grep -Fq -- "$1" "$2" || fail "no '$1' in $2"
}

# A round of all backends. Figures are the machine's; that there is one for each is not.
"$bench" compare backends --only backends/idle/10 --rounds 1 --seconds 0.05 --out one >out 2>err
has "C epoll" out
for name in asio epoll poll select spin; do
  grep -Eq "^  weir $name +[0-9,.]+ (ns|us|ms)" out || fail "no figure for weir $name"
done
has "the base" out
has "fewer than 5 rounds" one.json
has "one.html" out
"$bench" report one.json --out again.html >out
cmp one.html again.html
"$bench" diff one.json one.json >out

# Relays pass on to one server behind them; those that are not installed are skipped by name.
"$bench" compare servers --only servers/relay/messages --rounds 1 --seconds 0.05 --out relay >out 2>err
for name in asio epoll; do
  grep -Eq "^  weir $name +[0-9,.]+ (ns|us|ms)" out || fail "no figure for weir $name"
done
for name in haproxy "nginx stream"; do has "  $name " out; done
mkdir behind
for program in weir-bench weir-proxy; do cp "$(dirname "$bench")/$program" behind/; done
behind/weir-bench compare servers --only servers/relay/messages --rounds 1 --out behind/found >out 2>err
has "the server behind it: weir-floor-epoll is not built" out

# Who is not there is named, and the others are measured.
mkdir alone
cp "$bench" alone/weir-bench
alone/weir-bench compare servers --only servers/hello/1 --rounds 1 --seconds 0.05 >out 2>err
has "weir-http-hello is not built" out
if grep -q hello/16 out; then fail "a whole id was taken for a part of one"; fi
has "weir-http-hello is not built" weir-bench-servers.json

# Nothing is measured for a list, and nothing that is not there can be asked for.
"$bench" compare peers --list >out 2>err
has "peers/ping-pong/64/64" out
"$bench" compare full --only hello --list >out 2>err
has "servers/hello/16" out
has "cost/compile_time/hello" out
if "$bench" compare cost --only cost/typo >out 2>err; then fail "it counted a row that is none"; fi
has "no row's id contains 'cost/typo'" err
[[ ! -e weir-bench-cost.json ]] || fail "a file without rows was written"
if "$bench" compare peers --only no-such-row >out 2>err; then fail "a row that is none was found"; fi
has "--list" err

# Where nothing can be written nothing is measured.
if "$bench" compare backends --out nowhere/found >out 2>err; then fail "it wrote into no folder"; fi
has "cannot write nowhere/found.json: No such file or directory" err
[[ ! -s out ]] || fail "it measured first"

# Interrupted in its first row, it leaves the file of an earlier run, and no server.
cp one.json cut.json
rm err
mkfifo err
"$bench" compare backends --seconds 60 --out cut >out 2>err &
pid=$!
exec 3<err
read -r plan <&3
read -r _ <&3  # the first row has begun
kill "$pid"
status=0
wait "$pid" || status=$?
[[ $plan =~ ^[0-9]+\ steps,\ about\ [0-9]+\ minutes$ ]] || fail "it does not say how long it takes: $plan"
[[ $status -eq 143 ]] || fail "interrupted, it ended with $status"
cmp one.json cut.json
if ls ./*.part >out 2>&1; then fail "half a file was left behind"; fi
if pgrep -P "$pid" >out; then fail "a server was left behind"; fi
