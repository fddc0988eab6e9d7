#!/usr/bin/env bash
# Make .venv with the pinned libraries and this project in it: `make setup`. Needs Python >= 3.11, nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=.venv
log=$(mktemp)
trap 'rm -f "$log"' EXIT

say() { printf '%s\n' "$*" >&2; }
fail() {
    say ""
    say "$1"
    say "  Cure: $2"
    exit 1
}
# Runs a step silently and says how it went.
try() {
    local words=$1
    shift
    printf '  %s … ' "$words" >&2
    if "$@" >"$log" 2>&1; then
        say "done"
    else
        say "no"
        return 1
    fi
}
# The same for what should not fail: then it also shows what the step said.
step() {
    try "$@" || {
        tail -n 25 "$log" >&2
        return 1
    }
}

find_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" python3.11 python3.12 python3.13 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    fail "No Python 3.11 or newer was found." "install one (Debian: apt-get install python3), or: make PYTHON=/path/to/python3"
}

has_pip() { "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

# Debian's python3 comes without ensurepip. Any pip at hand can put another into the environment.
make_venv() {
    rm -rf "$venv"
    "$python" -m venv "$venv" >"$log" 2>&1 && has_pip && return
    rm -rf "$venv"
    "$python" -m venv --without-pip "$venv" >>"$log" 2>&1 || return 1
    local wheel
    for wheel in /usr/share/python-wheels/pip-*.whl; do
        [ -f "$wheel" ] && "$venv/bin/python" "$wheel/pip" install --no-index "$wheel" && return
    done
    "$python" -m pip --python "$venv/bin/python" install --upgrade pip && has_pip && return
    pip3 --python "$venv/bin/python" install --upgrade pip && has_pip && return
    uv pip install --python "$venv/bin/python" pip && has_pip && return
    return 1
}

apt_install_venv() {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv
}

say "Setting up, once (about a minute):"
python=$(find_python)
if ! try "Python environment from $("$python" --version)" make_venv; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        step "this Python has no pip; installing Debian's python3-venv" apt_install_venv ||
            fail "Debian's python3-venv could not be installed." "apt-get install python3-venv, then the same make again"
        step "Python environment, again" make_venv || fail "The environment $venv cannot be made." "see above"
    else
        fail "This Python cannot make an environment with pip." "apt-get install python3-venv (as root), then the same make again"
    fi
fi
pip() { "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@"; }
count=$(grep -c '^[a-z0-9].*==' requirements/dev.txt)
step "$count pinned libraries, each checked by its hash" pip install --require-hashes -r requirements/dev.txt ||
    fail "The libraries could not be installed." "check that this machine reaches its Python package index, then the same make again"
step "hotline-gateway itself" pip install --no-deps --no-build-isolation --no-index -e . ||
    fail "The project could not be installed." "see above"
