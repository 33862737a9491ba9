#!/usr/bin/env bash
# Usage: setup.sh [build|test|ci]
# Installs the Debian packages that are missing for building (the default), for testing, or for all
# that .ci/run does. Says and asks nothing when nothing is missing.
set -euo pipefail

profile=${1:-build}
packages=(g++ cmake ninja-build ccache pkg-config libboost1.81-dev libboost-test1.81-dev
  nlohmann-json3-dev libcli11-dev libspdlog-dev libssl-dev zlib1g-dev)
case $profile in
  build) ;;
  test | ci) packages+=(socat netcat-openbsd strace openssl) ;;
  *)
    echo "usage: setup.sh [build|test|ci]" >&2
    exit 2
    ;;
esac
if [[ $profile == ci ]]; then
  packages+=(clang-format clang-tidy gcovr git redis-server chromium)
fi

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  cat >&2 <<EOF
setup.sh installs Debian packages, and this system has no apt-get. By other means, have:
  a C++20 compiler (GCC 12 or later), CMake 3.25 or later, Ninja, pkg-config; ccache if you like
  Boost 1.81 or later with Boost.Test, nlohmann_json, CLI11, spdlog, OpenSSL 3.0 or later, zlib
  for the tests: socat, netcat, strace, openssl, npm, redis-server, chromium;
  for the checks: clang-format and clang-tidy 14, gcovr
Then: cmake --preset release && cmake --build --preset release && ctest --preset release
EOF
  exit 1
fi

# Node may have come from elsewhere, and Debian's npm would not go with it.
if [[ $profile != build ]] && ! command -v npm >/dev/null; then
  packages+=(nodejs npm)
fi

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
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get -qq install --yes --no-install-recommends "${missing[@]}" </dev/null >&2
