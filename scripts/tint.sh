#!/usr/bin/env bash
# Shows every kernel of every preset to Tint, the WGSL compiler of Chromium: it refuses barriers in control flow that is not uniform, which naga lets pass.
# Needs Node and npm, and no driver but that of the tests.
# usage: scripts/tint.sh
set -euo pipefail
cd "$(dirname "$0")/.."

command -v npm >/dev/null || { echo "this needs Node and npm; install them, for example with \`apt install nodejs npm\`" >&2; exit 1; }

shaders=$PWD/target/shaders
rm -rf "$shaders"
GANDER_SHADERS=$shaders cargo test --release --test gpu every_kernel_can_be_written_out

mkdir -p target/tint
cd target/tint
[ -e package.json ] || echo '{ "private": true }' >package.json
[ -d node_modules/webgpu ] || npm install --silent --no-audit --no-fund 'webgpu@0.6.2'
exec node ../../tests/tint/compile.mjs "$shaders"
