#!/usr/bin/env python3
"""Writes layers.json: convolutions both ways, maxout over channels, pooling, and a small whole game, as PyTorch computes them in f64.

usage: python tests/golden/make.py        (needs torch; made with 2.6.0 on a CPU)

Whatever is given is a multiple of 1/64, so that f32 holds it exactly; what is computed is written with all digits of an f64. Weights are written as
gander stores them: (channels·kernel·kernel)×filters, whichever way round the convolution is.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(5)
torch.set_default_dtype(torch.float64)


def given(*shape, most=1.0):
    """Multiples of 1/64 in [-most, most]."""
    return torch.round(torch.empty(shape).uniform_(-most, most) * 64) / 64


def flat(tensor):
    """Its numbers in row-major order; whole ones without a point."""
    numbers = tensor.detach().reshape(-1).tolist()
    return [int(x) if x == int(x) else x for x in numbers]


def with_gradients(y, dy, tensors):
    """dL/dt of each tensor for L = sum(y * dy)."""
    return [flat(g) for g in torch.autograd.grad((y * dy).sum(), tensors)]


def stored(weight):
    """Weights of filters×channels×kernel×kernel as (channels·kernel·kernel)×filters."""
    return weight.permute(1, 2, 3, 0)


def convolution(m, c, h, w, filters, kernel, stride, padding):
    x, b = given(m, c, h, w).requires_grad_(), given(filters).requires_grad_()
    weight = given(filters, c, kernel, kernel).requires_grad_()
    y = F.conv2d(x, weight, b, stride, padding)
    dy = given(*y.shape)
    dx, _, db = with_gradients(y, dy, [x, weight, b])
    (dw,) = torch.autograd.grad((F.conv2d(x, weight, b, stride, padding) * dy).sum(), [weight])
    sizes = dict(input=[m, c, h, w], output=list(y.shape), kernel=kernel, stride=stride, padding=padding)
    return dict(layer="convolution", **sizes, x=flat(x), w=flat(stored(weight)), b=flat(b), y=flat(y), dy=flat(dy), dx=dx, dw=flat(stored(dw)), db=db)


def transposed(m, c, h, w, channels, kernel, stride, padding):
    """The bias is one per number of the output, added by hand."""
    x, weight = given(m, c, h, w).requires_grad_(), given(c, channels, kernel, kernel).requires_grad_()
    plain = F.conv_transpose2d(x, weight, None, stride, padding)
    b = given(*plain.shape[1:]).requires_grad_()
    y = plain + b
    dy = given(*y.shape)
    dx, db = with_gradients(y, dy, [x, b])
    (dw,) = torch.autograd.grad((F.conv_transpose2d(x, weight, None, stride, padding) * dy).sum(), [weight])
    sizes = dict(input=[m, c, h, w], output=list(y.shape), kernel=kernel, stride=stride, padding=padding)
    return dict(layer="transposed-convolution", **sizes, x=flat(x), w=flat(stored(weight)), b=flat(b), y=flat(y), dy=flat(dy), dx=dx, dw=flat(stored(dw)), db=db)


def maxout(x, pieces):
    m, c, h, w = x.shape
    return x.reshape(m, c // pieces, pieces, h, w).amax(2)


def maximum(layer, x, y, **sizes):
    dy = given(*y.shape)
    (dx,) = with_gradients(y, dy, [x])
    return dict(layer=layer, input=list(x.shape), output=list(y.shape), **sizes, x=flat(x), y=flat(y), dy=flat(dy), dx=dx)


def distinct(*shape):
    """No two numbers are equal: nobody's rule for ties is asked."""
    count = torch.tensor(shape).prod().item()
    return ((torch.randperm(count) - count // 2) / 64).reshape(shape).requires_grad_()


def over_channels(m, c, h, w, pieces):
    x = distinct(m, c * pieces, h, w)
    return maximum("maxout", x, maxout(x, pieces), pieces=pieces)


def pooling(m, c, h, w, window, stride):
    x = distinct(m, c, h, w)
    return maximum("max-pooling", x, F.max_pool2d(x, window, stride, ceil_mode=True), window=window, stride=stride)


def game():
    """A G and a D in the shape of the paper's for CIFAR-10, D's loss of real over forged rows, and G's loss through D."""
    g_layers = [
        dict(kind="relu", units=7, irange=0.1),
        dict(kind="sigmoid", units=12, irange=0.1),
        {"kind": "reshape", "channels": 3, "height": 2, "width": 2},
        {"kind": "transposed-convolution", "channels": 3, "kernel": 5, "stride": 3, "irange": 0.1},
    ]
    d_layers = [
        dict(kind="convolution", channels=4, pieces=2, kernel=4, padding=2, activation="maxout", irange=0.1),
        {"kind": "max-pooling", "window": 4, "stride": 2},
        dict(kind="convolution", channels=3, pieces=2, kernel=3, padding=1, activation="maxout", irange=0.1),
        {"kind": "max-pooling", "window": 2, "stride": 2},
        dict(kind="maxout", units=5, pieces=3, irange=0.1),
        dict(kind="sigmoid", units=1, irange=0.1),
    ]
    g = [given(4, 7), given(7), given(7, 12), given(12), given(3, 3, 5, 5), given(3, 8, 8)]
    d = [given(8, 3, 4, 4, most=0.5), given(8), given(6, 4, 3, 3, most=0.5), given(6), given(12, 15), given(15), given(5, 1), given(1)]
    for tensor in g + d:
        tensor.requires_grad_()

    def generate(z):
        h = torch.sigmoid(torch.relu(z @ g[0] + g[1]) @ g[2] + g[3])
        return F.conv_transpose2d(h.reshape(-1, 3, 2, 2), g[4], None, 3) + g[5]

    def logit(x):
        h = F.max_pool2d(maxout(F.conv2d(x, d[0], d[1], padding=2), 2), 4, 2, ceil_mode=True)
        h = F.max_pool2d(maxout(F.conv2d(h, d[2], d[3], padding=1), 2), 2, 2, ceil_mode=True)
        h = (h.reshape(len(h), -1) @ d[4] + d[5]).reshape(len(h), 5, 3).amax(2)
        return h @ d[6] + d[7]

    # A transposed weight is channels_in×channels_out: as stored, its rows are (channels_out, ky, kx).
    as_stored = lambda tensors: [flat(stored(t) if t.dim() == 4 else t) for t in tensors]
    m = 3
    x, z = given(m, 3, 8, 8), given(m, 4)
    forged = generate(z)
    real_logits, forged_logits = logit(x), logit(forged)
    d_loss = F.softplus(-real_logits).mean() + F.softplus(forged_logits).mean()
    g_loss = F.softplus(-forged_logits).mean()
    return dict(
        generator=g_layers,
        discriminator=d_layers,
        g=as_stored(g),
        d=as_stored(d),
        x=flat(x),
        z=flat(z),
        forged=flat(forged),
        logits=flat(torch.cat([real_logits, forged_logits])),
        d_loss=d_loss.item(),
        g_loss=g_loss.item(),
        d_gradients=as_stored(torch.autograd.grad(d_loss, d, retain_graph=True)),
        g_gradients=as_stored(torch.autograd.grad(g_loss, g)),
    )


cases = [
    convolution(2, 3, 6, 7, 4, kernel=3, stride=1, padding=1),
    convolution(3, 2, 7, 5, 3, kernel=4, stride=2, padding=2),
    convolution(1, 1, 8, 8, 2, kernel=2, stride=3, padding=0),
    transposed(2, 4, 3, 3, 2, kernel=5, stride=3, padding=0),
    transposed(3, 2, 4, 3, 3, kernel=4, stride=2, padding=1),
    transposed(1, 3, 3, 5, 1, kernel=2, stride=1, padding=1),
    over_channels(2, 3, 3, 2, pieces=4),
    pooling(2, 2, 9, 7, window=4, stride=2),
    pooling(1, 2, 7, 10, window=2, stride=3),
]
out = pathlib.Path(__file__).with_name("layers.json")
out.write_text(json.dumps(dict(cases=cases, game=game()), separators=(",", ":")) + "\n")
print(out, out.stat().st_size, "bytes")
