#!/usr/bin/env bash
# Usage: sendfile.sh
# Shows how a file of 8 MiB gets from the disk to a peer: by sendfile(2), past the server's memory,
# and over TLS, where it has to be read.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
needs weir-files strace socat

size=$((8 * 1024 * 1024))
mkdir "$work/files"
head -c "$size" /dev/urandom >"$work/files/big"

# sum CALLS: how often one of them moved bytes since the server was ready, and how many.
sum() {
  tail -n "+$ready" "$work/trace" | awk -v calls="^($1)[(]" '
    $2 ~ calls && $(NF - 1) == "=" && $NF > 0 { ++count; bytes += $NF }
    END { print count + 0 " calls, " bytes + 0 " bytes" }'
}

# fetch SCHEME SOCAT-ADDRESS [FLAG]
fetch() {
  trace=sendfile,read,readv,pread64,preadv,preadv2,sendto,sendmsg,writev \
    serve weir-files --root "$work/files" --listen "$1://127.0.0.1:0" "${@:3}"
  ready=$(($(wc -l <"$work/trace") + 1))
  printf 'GET /big HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' |
    socat -t 10 - "$2:127.0.0.1:$port${3:+,verify=0}" |
    sed '1,/^\r$/d' >"$work/came"
  cmp "$work/files/big" "$work/came" || fail "what came is not the file"
  end_process "$server"
  echo "$1://, a file of $size bytes, which came as it is:"
  echo "  sendfile:         $(sum sendfile)"
  echo "  read into memory: $(sum 'read|readv|pread64|preadv|preadv2')"
  echo "  sent from memory: $(sum 'sendto|sendmsg|writev')"
}

fetch tcp TCP
fetch tls OPENSSL --tls-self-signed
