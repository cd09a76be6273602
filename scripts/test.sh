#!/usr/bin/env bash
# Runs every test, on a software adapter where the machine has no GPU. Works on a bare machine with a Rust toolchain.
# usage: scripts/test.sh [ARGUMENTS FOR cargo test …]
set -euo pipefail
cd "$(dirname "$0")/.."

# The packages that the tests need where there is apt: lavapipe (Vulkan in software), its loader, and the validator of SPIR-V.
missing=()
ls /usr/share/vulkan/icd.d/*.json /etc/vulkan/icd.d/*.json >/dev/null 2>&1 || missing+=(mesa-vulkan-drivers)
ldconfig -p 2>/dev/null | grep -q libvulkan.so.1 || [ "$(uname)" != Linux ] || missing+=(libvulkan1)
command -v spirv-val >/dev/null || missing+=(spirv-tools)
command -v cc >/dev/null || missing+=(gcc libc6-dev)

if [ "$(uname)" = Linux ] && [ ${#missing[@]} -gt 0 ]; then
    if command -v apt-get >/dev/null; then
        as_root=$([ "$(id -u)" = 0 ] || echo sudo)
        echo "installing ${missing[*]}"
        $as_root apt-get update -qq
        DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    else
        echo "the tests need: ${missing[*]} (Debian's names); install their counterparts with your package manager" >&2
        exit 1
    fi
fi

# Release, like `cargo run --release`: the twins do real arithmetic, and one build serves both.
exec cargo test --release "$@"
