#!/usr/bin/env bash
# The software bill of materials (CycloneDX), what is known against our dependencies, the unit's exposure: `make audit`.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=.cache/audit
bill=dist/sbom.cdx.json

log=$(mktemp)
report=$(mktemp)
trap 'rm -f "$log" "$report"' EXIT

# Silent where it goes well: pip remarks on each place of packages that it passes over, a line a place and a package.
quietly() {
    "$@" >"$log" 2>&1 || {
        grep -v '^WARNING: Location .* is ignored' "$log" | tail -n 25 >&2
        return 1
    }
}

if [ ! -x "$tools/bin/pip-audit" ]; then
    .venv/bin/python -m venv "$tools"
    quietly "$tools/bin/pip" install --disable-pip-version-check cyclonedx-bom pip-audit
fi

mkdir -p dist
quietly "$tools/bin/cyclonedx-py" requirements requirements/base.txt --pyproject pyproject.toml --mc-type application \
    --sv 1.6 --of JSON --output-reproducible -o "$bill"
.venv/bin/python - "$bill" <<'PYTHON'
import json, sys
bill = json.load(open(sys.argv[1]))
without = [part["name"] for part in bill["components"] if not part.get("purl")]
assert bill["bomFormat"] == "CycloneDX" and not without, without
print(f"{sys.argv[1]}: CycloneDX {bill['specVersion']}, {len(bill['components'])} components")
PYTHON

# Known vulnerabilities come from the package index's own service. An index that has none tells so of every package.
status=0
"$tools/bin/pip-audit" --disable-pip --requirement requirements/base.txt --progress-spinner off --format json \
    >"$report" 2>/dev/null || status=$?
.venv/bin/python - "$report" "$status" <<'PYTHON'
import json, sys
try:
    parts = json.load(open(sys.argv[1]))["dependencies"]
except ValueError:
    sys.exit(f"the audit did not run (pip-audit ended with {sys.argv[2]})")
asked = [part for part in parts if "vulns" in part]
known = [f"{part['name']} {part['version']}: {one['id']}" for part in asked for one in part["vulns"]]
if not asked:
    print(f"not audited: the index at hand tells nothing of vulnerabilities ({len(parts)} packages)")
else:
    print(f"audited {len(asked)} of {len(parts)} packages: " + ("; ".join(known) or "nothing is known against them"))
sys.exit(bool(known))
PYTHON

if command -v systemd-analyze >/dev/null; then
    systemd-analyze security --offline=yes --threshold=20 packaging/hotline-gateway.service 2>&1 | tail -n 1
fi
