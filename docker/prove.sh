#!/usr/bin/env bash
# Prove docker/Dockerfile where no container engine runs: its steps, one by one, in debootstrap folders; then start it.
# As root, on Debian; takes minutes. Knows the instructions that the Dockerfile uses, and stops at any other.
set -euo pipefail
cd "$(dirname "$0")/.."
suite=bookworm
work=$(mktemp -d -t hotline-prove-XXXXXX)
cleanup() {
    # The first process of the namespace, below unshare: all others end with it.
    [ -z "${server:-}" ] || pkill -KILL -P "$(pgrep -P "$server")" || true
    [ -z "${server:-}" ] || wait "$server" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}
trap cleanup EXIT

[ "$(id -u)" = 0 ] || { echo "prove.sh: run this as root: it makes chroots" >&2; exit 1; }
command -v debootstrap >/dev/null || apt-get install -y -q --no-install-recommends debootstrap >/dev/null
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Component: main' |
    grep -E '^https?://' | grep -v -- '-security' | sort -u | head -n 1)
proxy=$(apt-config dump --format '%v%n' Acquire::http::Proxy)
[ -z "$proxy" ] || export http_proxy="$proxy"

echo "== base: $suite, minbase"
debootstrap --variant=minbase "$suite" "$work/base" "$mirror" >"$work/log" 2>&1 || { tail "$work/log"; exit 1; }

# The network as this machine has it: names, authorities, proxies; for the steps only, not part of any image.
lend_network() {
    local authorities=${PIP_CERT:-/etc/ssl/certs/ca-certificates.crt}
    cp -L /etc/resolv.conf /etc/hosts "$1/etc/"
    install -D -m 644 "$authorities" "$1/run/lent/authorities.pem"
    [ -z "$proxy" ] || echo "Acquire::http::Proxy \"$proxy\";" >"$1/etc/apt/apt.conf.d/99lent"
}

in_root() { # in_root ROOT COMMAND…
    local root=$1
    shift
    chroot "$root" /usr/bin/env -i "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
        "${variables[@]}" PIP_CERT=/run/lent/authorities.pem ${PIP_INDEX_URL:+"PIP_INDEX_URL=$PIP_INDEX_URL"} \
        ${https_proxy:+"https_proxy=$https_proxy"} DEBIAN_FRONTEND=noninteractive "$@"
}

copy() { # copy ROOT WORKDIR [--from=STAGE] SOURCE… TARGET
    local root=$1 directory=$2 from=. target
    shift 2
    if [[ $1 == --from=* ]]; then
        from="$work/${1#--from=}"
        shift
    fi
    target=${*: -1}
    [[ $target == /* ]] || target="$directory/$target"
    local sources=("${@:1:$#-1}") one
    [ ${#sources[@]} = 1 ] || mkdir -p "$root$target"
    for one in "${sources[@]}"; do
        if [ -d "$from/$one" ]; then
            mkdir -p "$root$target"
            tar -C "$from/$one" --exclude=__pycache__ -c . | tar -C "$root$target" -x --no-same-owner
        else
            cp "$from/$one" "$root$target"
        fi
    done
}

root="" user="" directory=/ entrypoint="" command="" healthcheck="" variables=()
while IFS= read -r line; do
    instruction=${line%% *} rest=${line#* }
    case $instruction in
        '' | '#'*) continue ;;
        FROM)
            stage=${rest##* AS }
            [ "$stage" != "$rest" ] || stage=image
            root="$work/$stage" directory=/ variables=()
            echo "== stage $stage"
            cp -a "$work/base" "$root"
            lend_network "$root"
            ;;
        RUN)
            echo "   RUN $rest"
            in_root "$root" /bin/sh -c "cd $directory && $rest" >"$work/log" 2>&1 || { tail -n 30 "$work/log"; exit 1; }
            ;;
        COPY) read -ra words <<<"$rest" && copy "$root" "$directory" "${words[@]}" ;;
        WORKDIR) directory=$rest && mkdir -p "$root$directory" ;;
        ENV) variables+=("$rest") ;;
        USER) user=$rest ;;
        VOLUME | EXPOSE) ;;
        HEALTHCHECK) healthcheck=${rest#*CMD } ;;
        ENTRYPOINT) entrypoint=$rest ;;
        CMD) command=$rest ;;
        *) echo "prove.sh: does not know $instruction" >&2 && exit 1 ;;
    esac
done <docker/Dockerfile

words() { python3 -c 'import json, sys; print("\n".join(json.loads(sys.argv[1])))' "$1"; }
mapfile -t start < <(words "$entrypoint" && words "$command")
mapfile -t check < <(words "$healthcheck")

# As compose.yaml runs it: nobody's root, no capability, no way to another user, all read-only but /data, /tmp and /dev/shm.
confined() {
    unshare --mount --pid --fork --kill-child -- /bin/bash -euc '
        root=$1 user=$2
        shift 2
        mount --make-rprivate /
        mount --bind "$root" "$root"
        mount -o remount,bind,ro "$root"
        mount --bind "$root/data" "$root/data"
        mount -o remount,bind,rw,nosuid,nodev "$root/data"
        for folder in tmp dev/shm; do mount -t tmpfs -o nosuid,nodev,size=64m none "$root/$folder"; done
        mount -t proc -o nosuid,nodev,noexec none "$root/proc"
        exec chroot "$root" /usr/bin/setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs \
            --bounding-set=-all --inh-caps=-all -- /usr/bin/env -i "$@"
    ' confined "$root" "$user" "${variables[@]}" "$@"
}

echo "== start: ${start[*]}, as $user, on a read-only root"
as_user() { in_root "$root" /usr/sbin/runuser -u "$user" -- "$@"; }
mkdir -p "$root/dev/shm"
[ -e "$root/dev/urandom" ] || mknod -m 666 "$root/dev/urandom" c 1 9
cat >"$root/data/hotline.toml" <<'TOML'
[gateway]
site = "proof"
http = "127.0.0.1:8470"

[[source]]
name = "main"
kind = "pbx-webhook"
secret_file = "hook-secret.txt"
TOML
as_user sh -c 'cd /data && umask 077 && hotline-gateway token --webhook > hook-secret.txt'
probe='set -e; sed -n "/^Uid:/p; /^Cap[PEB]/p; /^NoNewPrivs:/p" /proc/self/status
    for folder in / /etc /opt/hotline /usr/bin; do ! touch $folder/probe 2>/dev/null || exit 1; done
    touch /data/probe /tmp/probe; rm /data/probe'
confined sh -c "$probe" >"$work/out" || { cat "$work/out"; echo "prove.sh: its root is not read-only" >&2; exit 1; }
[ "$(grep -cE '^Cap.*[^0]$' "$work/out")" = 0 ] && grep -q 'NoNewPrivs:[[:space:]]*1' "$work/out" &&
    ! grep -qE '^Uid:[[:space:]]*0' "$work/out" || { cat "$work/out"; echo "prove.sh: it may do too much" >&2; exit 1; }
echo "== user $(awk '/^Uid:/ { print $2 }' "$work/out"), no capabilities, no new privileges; only /data, /tmp, /dev/shm take files"

confined sh -c 'echo 8888 无人接听 | espeak-ng -v cmn --stdin --stdout' >"$work/said.wav"
[ "$(head -c 4 "$work/said.wav")" = RIFF ] && [ "$(stat -c %s "$work/said.wav")" -gt 10000 ] ||
    { echo "prove.sh: the voice says nothing" >&2; exit 1; }
echo "== the voice of telephone alerts speaks Chinese"

confined sh -c 'cd /data && exec "$@"' start "${start[@]}" >"$work/out" 2>&1 &
server=$!
for _ in $(seq 300); do
    as_user "${check[@]}" >/dev/null 2>&1 && ready=yes && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
done
cat "$work/out"
[ "${ready:-}" = yes ] || { echo "prove.sh: it did not become ready" >&2; exit 1; }
echo "== the health check passes; /opt/hotline holds $(du -sm "$root/opt/hotline" | cut -f1) MB"
