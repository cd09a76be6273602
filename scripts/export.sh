#!/usr/bin/env bash
# Runs exported networks by the real packages and compares them with gander: onnxruntime, and with `torch` PyTorch too, whose file is imported again. Without
# further words two small games are trained for it; otherwise the runs that are named are compared.
# usage: scripts/export.sh [torch] [RUN …]
# Needs Python; packages that are missing come into target/python-export. GANDER_PYTHON may name a Python that has them.
set -euo pipefail
cd "$(dirname "$0")/.."

torch=()
packages=(numpy onnx onnxruntime)
if [ "${1:-}" = torch ]; then
    shift
    torch=(--torch)
    packages+=(torch safetensors)
fi

has_packages() { "$1" -c "$(printf 'import %s;' "${packages[@]}")" 2>/dev/null; }
python=${GANDER_PYTHON:-python3}
if ! has_packages "$python"; then
    python=$PWD/target/python-export/bin/python
    if ! has_packages "$python"; then
        echo "installing ${packages[*]} into target/python-export"
        python3 -m venv target/python-export
        target/python-export/bin/pip install --quiet --disable-pip-version-check "${packages[@]}"
    fi
fi

cargo build --release --quiet
gander=$PWD/target/release/gander
work=$PWD/target/export
rm -rf "$work"
mkdir -p "$work"

runs=("$@")
if [ ${#runs[@]} = 0 ]; then
    "$gander" train tests/export/convolutional.toml --adapter host --quiet --out "$work/runs/convolutional"
    "$gander" train digits --iterations 200 --adapter host --quiet --out "$work/runs/digits"
    runs=("$work/runs/convolutional" "$work/runs/digits")
fi

for run in "${runs[@]}"; do
    folder=$work/$(basename "$run")
    mkdir -p "$folder"
    echo "$run"
    for network in generator discriminator; do
        "$gander" export "$run" --network "$network" --out "$folder/$network.onnx"
    done
    "$gander" export "$run" --out "$folder/players.safetensors"
    "$gander" sample "$run" --adapter host --count 200 --z "$folder/z.npy" --npy "$folder/x.npy" --logits "$folder/logits.npy"
    "$python" tests/export/parity.py "$folder" ${torch[@]+"${torch[@]}"}
    if [ ${#torch[@]} -gt 0 ]; then
        "$gander" import "$folder/from-torch.safetensors" --preset "$run/config.toml" --out "$folder/imported"
        "$gander" sample "$folder/imported" --adapter host --count 200 --npy "$folder/again.npy"
        cmp "$folder/x.npy" "$folder/again.npy" && echo "samples of what PyTorch saved are those of the run, bit for bit"
    fi
done
