# Sourced: install WORK_DIR copies this folder there, installs its packages, and goes there.
# Skipped, with exit status 77, where there is no npm.
install() {
  local here work=$1
  here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
  if ! command -v npm >/dev/null; then
    echo "there is no npm here"
    exit 77
  fi
  mkdir -p "$work"
  cp "$here"/package.json "$here"/package-lock.json "$here"/*.mjs "$work/"
  cd "$work"
  if ! cmp -s package-lock.json node_modules/.installed; then
    npm ci --no-audit --no-fund --loglevel=error </dev/null
    cp package-lock.json node_modules/.installed
  fi
}
