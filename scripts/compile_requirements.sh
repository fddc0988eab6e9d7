#!/usr/bin/env bash
# Pin every dependency with the hashes of all its files: `make requirements`. Names no index.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
    env -u PIP_FIND_LINKS -u PIP_CONSTRAINT PIP_CONFIG_FILE=/dev/null \
        "$@" --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options --quiet
}
tool=${1:?usage: compile_requirements.sh PIP_COMPILE}
compile "$tool" requirements/build.in -o requirements/build.txt
compile "$tool" pyproject.toml -o requirements/base.txt
compile "$tool" pyproject.toml requirements/build.in --extra dev -c requirements/base.txt -o requirements/dev.txt
sed -i '/^#/d' requirements/*.txt
if grep -nE '://|/(root|home|tmp|opt|work)/' requirements/*.txt; then
    echo "A host or a path of this machine stands in the pinned requirements (above): remove it." >&2
    exit 1
fi
