#!/usr/bin/env bash
# Bring the real peers of `make test-peers` from Debian: Asterisk and SIPp (scripts/peers-setup), Chromium, radio software.
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
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium fonts-noto-cjk
}
# Radio software, a line a peer: the program, and the packages that bring it.
RADIO_PEERS=(
    "svxlink svxlink-server"
    "multimon-ng multimon-ng"
    "direwolf direwolf"
    "mosquitto mosquitto"
    "ser2net ser2net"
    "socat socat"
    "rigctld libhamlib-utils"
    "strace strace"
    "faketime faketime"
)
missing_radio_packages() {
    local peer program
    for peer in "${RADIO_PEERS[@]}"; do
        program=${peer%% *}
        command -v "$program" >/dev/null || echo "${peer#* }"
    done
}
install_radios() {
    local guard=/usr/sbin/policy-rc.d guarded="" failed=""
    if [ ! -e "$guard" ]; then # packages must not start daemons on this machine
        printf '#!/bin/sh\nexit 101\n' >"$guard"
        chmod 755 "$guard"
        guarded=yes
    fi
    apt-get update -q || true
    # shellcheck disable=SC2046 # each word is a package
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $(missing_radio_packages) || failed=yes
    [ -z "$guarded" ] || rm -f "$guard"
    [ -z "$failed" ]
}
[ -z "$(missing_radio_packages)" ] || quietly "Radio software" install_radios
[ -x /usr/bin/chromium ] || quietly "Chromium" install_chromium
quietly "Asterisk and SIPp (the first time about a minute)" ./peers-setup
