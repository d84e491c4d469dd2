#!/usr/bin/env bash
# Prints the path of schemathesis, which tests the admin API against its OpenAPI document, and gets it if it isn't there:
#
#   $(tools/schemathesis.sh) --version
#
# It is installed from PyPI into target/schemathesis, and nowhere else.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tools/need.sh
. "$home/tools/need.sh"

pinned=$home/tools/schemathesis.txt
venv=$home/target/schemathesis

if ! cmp -s "$pinned" "$venv/installed.txt"; then
  need python3 "test the admin API with schemathesis" \
    "sudo apt-get install python3 python3-venv  (Debian, Ubuntu)" "brew install python3  (macOS)"
  # Debian's python3 comes without it.
  python3 -c 'import ensurepip' 2>/dev/null || missing "python3 can't make virtual environments. To install what it lacks:" \
    "sudo apt-get install python3-venv  (Debian, Ubuntu)"
  say "installing schemathesis (about 90 MB)…"
  rm -rf "$venv"
  mkdir -p "$home/target"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$pinned" >&2 ||
    missing "schemathesis can't be installed from PyPI; pip's message is above." \
      "Where PyPI is elsewhere, say so to pip: export PIP_INDEX_URL=…"
  cp "$pinned" "$venv/installed.txt"
fi
echo "$venv/bin/schemathesis"
