#!/usr/bin/env bash
# Runs every test, on a software adapter where the machine has no GPU. Works on a bare machine with a Rust toolchain.
# usage: scripts/test.sh [ARGUMENTS FOR cargo test …]
set -euo pipefail
cd "$(dirname "$0")/.."

# The packages that the tests need where there is apt: lavapipe (Vulkan in software), its loader, and the validators of SPIR-V and GLSL.
missing=()
[ -n "$(ls /usr/share/vulkan/icd.d/*.json /etc/vulkan/icd.d/*.json 2>/dev/null)" ] || missing+=(mesa-vulkan-drivers)
ldconfig -p 2>/dev/null | grep -q libvulkan.so.1 || [ "$(uname)" != Linux ] || missing+=(libvulkan1)
command -v spirv-val >/dev/null || missing+=(spirv-tools)
command -v glslangValidator >/dev/null || missing+=(glslang-tools)
command -v cc >/dev/null || missing+=(gcc libc6-dev)
python3 -c 'import tensorboard' 2>/dev/null || python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)

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

# TensorBoard's own reader, which reads back the event files that gander writes. GANDER_PYTHON may name a Python that has it.
has_tensorboard() { "$1" -c 'import tensorboard.backend.event_processing.event_accumulator' 2>/dev/null; }
export GANDER_PYTHON=${GANDER_PYTHON:-python3}
if ! has_tensorboard "$GANDER_PYTHON"; then
    GANDER_PYTHON=$PWD/target/python/bin/python
    if ! has_tensorboard "$GANDER_PYTHON"; then
        echo "installing tensorboard into target/python"
        python3 -m venv target/python
        target/python/bin/pip install --quiet --disable-pip-version-check 'tensorboard==2.21.*'
    fi
fi

# Release, like `cargo run --release`: the twins do real arithmetic, and one build serves both.
exec cargo test --release "$@"
