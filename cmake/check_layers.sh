#!/usr/bin/env bash
# Usage: check_layers.sh [ROOT]
# Checks what the files of ROOT/framework (default: this repository) include: each its own layer and
# those below it, a backend only core and io, and Boost, nlohmann, OpenSSL or zlib only where they
# belong.
# Prints every violation as file:line.
set -euo pipefail

cd "${1:-$(dirname "$0")/..}"

# layer -> the layers that it may include
declare -A may_include=(
  [core]="core"
  [io]="core io"
  [framing]="core framing"
  [session]="core io framing session"
  [routing]="core io framing session routing"
  [service]="core io framing session routing service"
  [bus]="core io framing session routing service bus"
  [testing]="core io framing session routing service testing"
  [tls]="core io tls"
  [http]="core framing http"
  [websocket]="core framing websocket"
  [web]="core io framing session routing service http websocket web"
  [inspector]="core io framing session routing service http websocket web inspector"
  [asio]="core io asio"
  [reactor]="core io reactor"
)
declare -A may_name=([asio]="framework/src/io/backend.cpp" [reactor]="framework/src/io/backend.cpp")

include='^[[:space:]]*#[[:space:]]*include[[:space:]]*([<"])([^>"]+)[>"]'

# Headers that a program includes only when it wants the library that they bring.
opt_in=" framework/include/weir/framing/json.hpp "
opt_in+=" framework/include/weir/routing/conversation.hpp "
opt_in+=" framework/include/weir/routing/coroutine.hpp "
opt_in+=" framework/include/weir/routing/executor.hpp "
opt_in+=" framework/include/weir/routing/json.hpp framework/include/weir/service/rpc_client.hpp "
opt_in+=" framework/include/weir/routing/json_value.hpp "
opt_in+=" framework/include/weir/routing/run_on.hpp "
opt_in+=" framework/include/weir/routing/sleep.hpp "
opt_in+=" framework/include/weir/service/client_coroutine.hpp "
opt_in+=" framework/include/weir/web/client_coroutine.hpp framework/include/weir/web/json.hpp "
opt_in+=" framework/include/weir/service/rpc_client_coroutine.hpp "

violations=0
complain() {
  echo "$1: $2" >&2
  violations=$((violations + 1))
}

# The layer of a path below include/weir or src: its first folder, or the backend's.
layer_of() {
  case $1 in
    io/asio/*) layer=asio ;;
    io/reactor/*) layer=reactor ;;
    */*) layer=${1%%/*} ;;
    *) layer="" ;;
  esac
}

# The path below include/weir or src that a quoted or weir/ include means, empty when it is none of
# ours.
resolve() {
  local file=$1 name=$2 path
  target=""
  if [[ $name == weir/* ]]; then
    target=${name#weir/}
    return
  fi
  for path in "${file%/*}/$name" "framework/src/$name"; do
    if [[ -e $path ]]; then
      path=$(realpath --no-symlinks --relative-to=. "$path")
      path=${path#framework/src/}
      target=${path#framework/include/weir/}
      return
    fi
  done
}

files=0
while IFS= read -r -d '' file; do
  files=$((files + 1))
  path=${file#framework/src/}
  path=${path#framework/include/weir/}
  layer_of "$path"
  own=$layer
  if [[ -z $own ]]; then
    [[ $file == framework/include/weir/weir.hpp ]] || complain "$file" "lies in no layer's folder"
    own=testing
  elif [[ -z ${may_include[$own]:-} ]]; then
    complain "$file" "$own is not a layer"
    continue
  fi

  mapfile -t lines <"$file"
  number=0
  for line in "${lines[@]}"; do
    number=$((number + 1))
    [[ $line =~ $include ]] || continue
    mark=${BASH_REMATCH[1]}
    name=${BASH_REMATCH[2]}
    case $name in
      zlib.h)
        [[ $file == framework/src/websocket/* || $file == framework/src/web/gzip.cpp ]] ||
          complain "$file:$number" "<$name> belongs in the sources of websocket, or in web/gzip.cpp"
        continue
        ;;
      boost/* | nlohmann/* | openssl/*)
        [[ $own == asio && $name == boost/* ]] ||
          [[ $file == framework/src/tls/* && $name == openssl/* ]] ||
          [[ $file == framework/src/io/event_loop.cpp && $name == boost/asio/execution_context.hpp ]] ||
          [[ $opt_in == *" $file "* ]] ||
          complain "$file:$number" "<$name> belongs in the Asio backend, in the sources of TLS, or in an opt-in header"
        continue
        ;;
    esac
    [[ $mark == '"' || $name == weir/* ]] || continue
    resolve "$file" "$name"
    if [[ -z $target ]]; then
      complain "$file:$number" "\"$name\" is no file of the framework"
      continue
    fi
    layer_of "$target"
    [[ -n $layer ]] || {
      complain "$file:$number" "includes $name, which is for programs"
      continue
    }
    if [[ -n ${may_name[$layer]:-} ]]; then
      [[ $own == "$layer" || $file == "${may_name[$layer]}" ]] ||
        complain "$file:$number" "$own may not include the backend $layer ($name)"
    elif [[ " ${may_include[$own]} " != *" $layer "* ]]; then
      complain "$file:$number" "$own may not include $layer ($name)"
    fi
  done
done < <(find framework/include framework/src -type f -print0 | sort -z)

if ((files == 0)); then
  echo "no file under $PWD/framework" >&2
  exit 1
fi
if ((violations > 0)); then
  echo "$violations layering violations" >&2
  exit 1
fi
