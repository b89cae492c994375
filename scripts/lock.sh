#!/usr/bin/env bash
# Write requirements/lock.txt: every dependency of every extra and of development, pinned, with the hashes of all its
# files, valid for all supported Pythons and platforms. uv does it in a throw-away environment; installing needs only pip.
set -euo pipefail
cd "$(dirname "$0")/.."

tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
"${PYTHON:-python3}" -m venv "$tool/venv"
"$tool/venv/bin/python" -m pip install --quiet --disable-pip-version-check uv

{
    echo "# Written by scripts/lock.sh from pyproject.toml; change that and run \`make lock\`."
    "$tool/venv/bin/uv" pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 \
        --prerelease disallow --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet
} >"$tool/lock.txt"

# A lock that names a registry or a path of one machine is not a lock for another.
if grep -nE '://|^--|(^|[[:space:]@])/' "$tool/lock.txt"; then
    echo "lock.sh: the lock names a place (lines above); requirements/lock.txt is left as it was" >&2
    exit 1
fi
mv "$tool/lock.txt" requirements/lock.txt
echo "requirements/lock.txt: $(grep -c '==' requirements/lock.txt) packages"
