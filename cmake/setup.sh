#!/usr/bin/env bash
# Usage: setup.sh [build|test|ci|bench]
# Installs the Debian packages that are missing for building (the default), for testing, for all that
# .ci/run does, or for comparing weir with others (weir-bench). Says and asks nothing when nothing is
# missing. A server that comes with them is not started; where systemd runs, a boot would start it.
set -euo pipefail

profile=${1:-build}
packages=(g++ cmake ninja-build ccache pkg-config libboost1.81-dev libboost-test1.81-dev
  nlohmann-json3-dev libcli11-dev libspdlog-dev libssl-dev zlib1g-dev)
case $profile in
  build) ;;
  test | ci) packages+=(socat netcat-openbsd strace openssl valgrind) ;;
  bench)
    packages+=(libuv1-dev libevent-dev libev-dev golang-go redis-server nginx libnginx-mod-stream haproxy
      h2o strace valgrind)
    ;;
  *)
    echo "usage: setup.sh [build|test|ci|bench]" >&2
    exit 2
    ;;
esac
if [[ $profile == ci ]]; then
  packages+=(clang-format clang-tidy gcovr git redis-server python3-redis chromium)
fi

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  cat >&2 <<EOF
setup.sh installs Debian packages, and this system has no apt-get. By other means, have:
  a C++20 compiler (GCC 12 or later), CMake 3.25 or later, Ninja, pkg-config; ccache if you like
  Boost 1.81 or later with Boost.Test, nlohmann_json, CLI11, spdlog, OpenSSL 3.0 or later, zlib
  for the tests: socat, netcat, strace, openssl, valgrind, npm, redis-server, python3-redis, chromium;
  for the checks: clang-format and clang-tidy 14, gcovr
  for comparing: libuv, libevent, libev, Go, Node, redis-server, nginx with its stream module, haproxy, h2o,
    valgrind
Then: cmake --preset release && cmake --build --preset release && ctest --preset release
EOF
  exit 1
fi

# Node may have come from elsewhere, and Debian's npm would not go with it.
case $profile in
  test | ci) command -v npm >/dev/null || packages+=(nodejs npm) ;;
  bench) command -v node >/dev/null || packages+=(nodejs) ;;
esac

installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null ||
  true)
missing=()
for package in "${packages[@]}"; do
  grep -Fqx "$package installed" <<<"$installed" || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi

as_root=()
if [[ $EUID -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "setup.sh: as root, install: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "setup.sh: installing ${missing[*]}" >&2
"${as_root[@]}" apt-get -qq update </dev/null >&2 ||
  echo "setup.sh: going on with the package lists there are" >&2

# Debian starts a server when it is installed, by these two commands. While packages are installed,
# others of the same name are found before them.
idle=$(mktemp -d)
trap 'rm -rf "$idle"' EXIT
for command in invoke-rc.d deb-systemd-invoke; do
  printf '#!/bin/sh\nexit 0\n' >"$idle/$command"
done
chmod -R +x "$idle"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get -qq -o "DPkg::Path=$idle:/usr/sbin:/usr/bin:/sbin:/bin" \
  install --yes --no-install-recommends "${missing[@]}" </dev/null >&2
