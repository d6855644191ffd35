#!/bin/sh
# What a machine must bring before anything of ours runs: Python 3.11, Node 20, git. Says all that is missing
# at once; on success prints the Python to use. Installs nothing, but for Debian's split-off venv module as root.
set -u
faults=0

fault() {
  echo "$1" >&2
  faults=1
}

python=
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] ||
  fault "Cần Python 3.11 trở lên. / Python 3.11 or newer is needed; found: $(python3 --version 2>&1)"

node=$(node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p')
[ "${node:-0}" -ge 20 ] ||
  fault "Cần Node.js 20 trở lên. / Node.js 20 or newer is needed; found: $(node --version 2>/dev/null || echo none)"
command -v npm >/dev/null || fault "Cần npm. / npm is needed; it comes with Node.js."
command -v git >/dev/null || fault "Cần git. / git is needed."

if [ -n "$python" ] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y python3-venv; } >/dev/null
  fi
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fault "Thiếu gói python3-venv. / Python lacks its venv module; install python3-venv."
fi

[ "$faults" = 0 ] && echo "$python"
exit "$faults"
