#!/bin/sh
# Install what `make bench-peers` measures beside koop-es into .peers, at the versions named here and nowhere else.
# PyPI's go into a Python of their own, npm's into a folder. What cannot be installed is said and left out: the benchmark
# tells so in its table. A stamp in each place holds what was installed, so that nothing is done twice.
set -eu
cd "$(dirname "$0")/.."
python_peers="umadb==0.7.8 pycrdt==0.14.13"
# Emmett names most of what it needs only as peers of its own; the versions are those it was released with.
node_peers="@event-driven-io/emmett@0.42.0 @event-driven-io/emmett-postgresql@0.42.0 @event-driven-io/emmett-sqlite@0.42.4
    @event-driven-io/dumbo@0.12.7 @event-driven-io/pongo@0.16.11 pg@8.16.3 sqlite3@5.1.7 pg-connection-string@2.14.1
    uuid@10.0.0 async-retry@1.3.3 ansis@3.17.0 cli-table3@0.6.5 commander@12.1.0 pouchdb@9.0.0"

say() { echo "peers: $*" >&2; }

stands() { [ -f ".peers/$1/ready" ] && [ "$(cat ".peers/$1/ready")" = "$2" ]; }

mkdir -p .peers
if ! stands python "$python_peers"; then
    rm -rf .peers/python
    say "installing $python_peers"
    # shellcheck disable=SC2086 # the list is meant to be split
    if .venv/bin/python -m venv .peers/python && .peers/python/bin/python -m pip install --disable-pip-version-check \
        --no-input $python_peers >.peers/python.log 2>&1; then
        echo "$python_peers" >.peers/python/ready
    else
        say "they could not be installed and are left out; the log is .peers/python.log"
    fi
fi

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
    say "there is no node or no npm: the peers from npm are left out"
elif ! stands node "$node_peers"; then
    rm -rf .peers/node
    mkdir -p .peers/node
    echo '{"name": "peers", "private": true}' >.peers/node/package.json
    say "installing Emmett and PouchDB (SQLite for Node may have to be compiled: a minute or two)"
    # shellcheck disable=SC2086 # the list is meant to be split
    if npm install --prefix .peers/node --no-audit --no-fund --legacy-peer-deps --save-exact $node_peers \
        >.peers/node.log 2>&1; then
        echo "$node_peers" >.peers/node/ready
    else
        say "they could not be installed and are left out; the log is .peers/node.log"
    fi
fi
