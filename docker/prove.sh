#!/usr/bin/env bash
# Prove docker/Dockerfile where no container engine runs: its steps, one by one, in debootstrap folders; then start it.
# As root, on Debian; takes minutes. Knows the instructions that the Dockerfile uses, and stops at any other.
set -euo pipefail
cd "$(dirname "$0")/.."
suite=bookworm
work=$(mktemp -d -t hotline-prove-XXXXXX)
cleanup() {
    [ ! -s "$work/image/data/pid" ] || kill "$(cat "$work/image/data/pid")" 2>/dev/null || true
    [ -z "${server:-}" ] || wait "$server" || true
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

echo "== start: ${start[*]}, as $user"
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
as_user sh -c 'cd /data && echo $$ >pid && exec "$@"' start "${start[@]}" >"$work/out" 2>&1 &
server=$!
for _ in $(seq 100); do
    as_user "${check[@]}" >/dev/null 2>&1 && ready=yes && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
done
cat "$work/out"
[ "${ready:-}" = yes ] || { echo "prove.sh: it did not become ready" >&2; exit 1; }
echo "== the health check passes; /opt/hotline holds $(du -sm "$root/opt/hotline" | cut -f1) MB"
