#!/bin/sh
# Make .venv with everything the lock names and the project itself, editable. Needs a Python >= 3.11 and pip's network only.
# The Makefile keeps .venv/ready as the stamp: it is written as the very last step, so an interrupted run is simply repeated.
set -eu
cd "$(dirname "$0")/.."

# Settings of the machine's own Python must not leak into the environment.
unset PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV 2>/dev/null || true

say() { echo "setup: $*" >&2; }

# A name on PATH may be a stub that runs nothing (pyenv shims), so each candidate has to prove itself.
find_python() {
    if [ -n "${PYTHON:-}" ] && is_new_enough "$PYTHON"; then
        echo "$PYTHON"
        return
    fi
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if is_new_enough "$candidate"; then
            quickest_like "$candidate"
            return
        fi
    done
    say "no Python 3.11 or newer found (tried PYTHON, python3, python3.14 to python3.11)"
    say "install one, or name it: make PYTHON=/path/to/python3 ..."
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# Says the version of a Python that can make virtual environments, and how long it takes for some work.
AT_WORK='
import ensurepip, sys, time, venv
def took():
    start, found = time.process_time(), {}
    for number in range(20_000):
        found[f"{number}"] = str(number).partition("0")
    sorted(found, key=len)
    return time.process_time() - start
print(sys.version_info[1], int(min(took() for _ in range(7)) * 1_000_000))
'

# Of one version a machine may have two: one that was compiled by hand, say by pyenv, without what distributions turn on
# takes a tenth to a third longer. Another python3 on PATH is taken where it is quicker by a tenth at least.
quickest_like() {
    found=$1
    case $("$found" -c 'import sysconfig; print(sysconfig.get_config_var("CONFIG_ARGS"))') in
    *--enable-optimizations*)
        echo "$found"
        return
        ;;
    esac
    best=$("$found" -c "$AT_WORK" 2>/dev/null) || best="0 0"
    folders=$(echo "$PATH" | tr ':' ' ')
    for folder in $folders; do
        this=$("$folder/python3" -c "$AT_WORK" 2>/dev/null) || continue
        if [ "${this% *}" = "${best% *}" ] && [ $((${this#* } * 10)) -lt $((${best#* } * 9)) ]; then
            found=$folder/python3 best=$this
        fi
    done
    echo "$found"
}

stop_with_log() {
    tail -n 20 .venv/setup.log >&2
    say "$1"
    say "the whole log is .venv/setup.log"
    exit 1
}

# Without the stamp .venv is the rest of an interrupted run: nothing in it can be relied on.
if [ -e .venv/ready ] && .venv/bin/python -c 'import pip' >/dev/null 2>&1; then
    say "bringing .venv up to date"
    rm -f .venv/ready
else
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        say "$python cannot make virtual environments: its module ensurepip is missing"
        say "on Debian or Ubuntu: apt-get install python3-venv; or name another one: make PYTHON=/path/to/python3 ..."
        exit 1
    fi
    say "making .venv with $("$python" -V) (once, about a minute)"
    rm -rf .venv
    "$python" -m venv .venv
fi

.venv/bin/python -m pip install --disable-pip-version-check --no-input --require-hashes --no-deps \
    -r requirements/lock.txt >.venv/setup.log 2>&1 ||
    stop_with_log "the dependencies could not be installed: is the package index reachable?"
.venv/bin/python -m pip install --disable-pip-version-check --no-input --no-deps --no-build-isolation \
    --editable . >>.venv/setup.log 2>&1 ||
    stop_with_log "the project could not be installed"
touch .venv/ready
