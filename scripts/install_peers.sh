#!/usr/bin/env bash
# Bring the real peers of `make test-peers` from Debian: Asterisk and SIPp (scripts/peers-setup), and Chromium.
set -euo pipefail
cd "$(dirname "$0")"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if [ "$(id -u)" != 0 ]; then
    echo "The real peers come from Debian's packages: run make test-peers as root." >&2
    exit 1
fi
quietly() {
    local words=$1
    shift
    printf '  %s … ' "$words" >&2
    if "$@" >"$log" 2>&1; then
        echo "done" >&2
    else
        echo "failed" >&2
        tail -n 25 "$log" >&2
        exit 1
    fi
}
install_chromium() {
    apt-get update -q || true # the lists at hand may do
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium fonts-wqy-zenhei
}
[ -x /usr/bin/chromium ] || quietly "Chromium" install_chromium
quietly "Asterisk and SIPp (the first time about a minute)" ./peers-setup
