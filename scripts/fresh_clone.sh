#!/bin/sh
# Proves the promise of the README: a new clone, in a folder with a space, without anything of your shell, answers to
# `make demo` and to `make test`. Works on the last commit. Usage: scripts/fresh_clone.sh [demo|test|check ...]
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
git clone --quiet "$source" "$place/a fresh clone"
cd "$place/a fresh clone"

# Nothing of this shell that could help or hinder; where packages come from is the machine's business and stays.
unset DATABASE_URL VIRTUAL_ENV PYTHONPATH PYTHONHOME MAKEFLAGS
for name in $(env | sed -n 's/^\(HEROES_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done

demo_answers() {
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    make run-environment
    .venv/bin/python -m heroes demo --port "$port" </dev/null &
    server=$!
    trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$place"' EXIT
    for _ in $(seq 60); do
        if python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/healthz', timeout=2)" 2>/dev/null; then
            echo "The demo answers."
            kill "$server" && { wait "$server" || true; }
            return 0
        fi
        sleep 0.5
    done
    echo "The demo did not answer within 30 seconds." >&2
    return 1
}

for target in "${@:-demo test}"; do
    for each in $target; do
        if [ "$each" = demo ]; then demo_answers; else make "$each"; fi
    done
done
