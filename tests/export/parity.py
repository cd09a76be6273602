"""Compares exported networks, run by the real packages, with what gander itself made of the same z and the same x.

usage: parity.py FOLDER [--torch]

FOLDER has generator.onnx and discriminator.onnx, players.safetensors, and from `gander sample` z.npy, x.npy and logits.npy. With --torch, the networks are
also loaded as docs/export.md shows, by the code that stands there, and saved again to from-torch.safetensors.
"""

import pathlib
import re
import sys

import numpy as np
import onnx
import onnxruntime

BOUND = 1e-5  # of the largest magnitude there is, where that is above 1

folder = pathlib.Path(sys.argv[1])
z, x, logits = (np.load(folder / f"{name}.npy") for name in ("z", "x", "logits"))
x = x.reshape(len(x), -1)
failed = False


def compare(what, found, wanted):
    global failed
    assert found.shape == wanted.shape, (what, found.shape, wanted.shape)
    error, scale = np.abs(found - wanted).max(), max(1.0, np.abs(wanted).max())
    failed |= not error <= BOUND * scale
    print(f"{what}: {len(wanted)} rows, off by {error:.2e} at most, of {scale:.3g}")


def sigmoid(a):
    return 1 / (1 + np.exp(-a.astype(np.float64)))


def run(name, inputs):
    path = folder / f"{name}.onnx"
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert {entry.key for entry in model.metadata_props} == {"config", "gander", "iteration"}
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, inputs), strict=True))


compare("onnxruntime, G", run("generator", {"z": z})["x"], x)
judged = run("discriminator", {"x": x})
compare("onnxruntime, D's logits", judged["logit"], logits)
compare("onnxruntime, D's probabilities", judged["probability"], sigmoid(logits))
# A single row is as good as many.
compare("onnxruntime, G of one row", run("generator", {"z": z[:1]})["x"], x[:1])

if "--torch" in sys.argv:
    import torch
    from safetensors.torch import save_file

    page = (pathlib.Path(__file__).parents[2] / "docs/export.md").read_text()
    code = next(code for code in re.findall(r"```python\n(.*?)```", page, re.S) if "def load(" in code)
    loader = {}
    exec(code, loader)
    networks = {name: loader["load"](folder / "players.safetensors", name) for name in ("generator", "discriminator")}
    with torch.no_grad():
        compare("torch, G", networks["generator"](torch.from_numpy(z)).numpy(), x)
        compare("torch, D's probabilities", networks["discriminator"](torch.from_numpy(x)).numpy(), sigmoid(logits))
        compare("torch, D's logits", networks["discriminator"][:-1](torch.from_numpy(x)).numpy(), logits)
    state = {f"{name}.{key}": value for name, network in networks.items() for key, value in network.state_dict().items()}
    save_file(state, folder / "from-torch.safetensors")

sys.exit(failed)
