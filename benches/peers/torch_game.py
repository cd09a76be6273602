"""The paper's MNIST game (assets/presets/mnist.toml) in PyTorch, to be checked against gander and timed beside it.

Needs PyTorch (`pip install torch`; a build for CUDA if --device cuda) and nothing else.

    python torch_game.py --check REFERENCE.safetensors     plays gander's iterations, and fails unless the same comes out
    python torch_game.py --time 10                         plays random data for ten seconds, prints one line of JSON

--mode says how the game is written:
    usual    as tutorials have it: real and fake judged one after the other, gradients for everything, one parameter updated after the other
    eager    as it is best written: both judged at once, D frozen in G's step, the pieces of maxout in planes, updates by the list
    compile  eager's losses and updates through torch.compile; on CUDA the whole iteration is then captured as a graph
    graphs   eager captured as a CUDA graph (CUDA only)
"""

import argparse
import json
import math
import statistics
import struct
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError as error:
    sys.exit(f"error: PyTorch cannot be imported ({error}); pip install torch")

PIXELS, NOISE, HIDDEN, UNITS, PIECES, EXAMPLES = 784, 100, 1200, 240, 5, 50_000
KEEP = [0.8, 0.5, 0.5]
SHAPES = {"G": [(NOISE, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, PIXELS)], "D": [(PIXELS, UNITS * PIECES), (UNITS, UNITS * PIECES), (UNITS, 1)]}
IRANGE = {"G": 0.05, "D": 0.005}
# How far a loss may be off, as a share of it, and parameters, as a share of how far gander's moved.
LOSS_TOLERANCE = 1e-4
LEARNT_TOLERANCE = 1e-3
# Measurements, fewer where they would not fit the time, and seconds before them.
SAMPLES, FEW, WARM = 9, 3, 1.0


def schedule(iteration, batch, examples):
    """Learning rate and momentum as shaders/schedule.wgsl has them: the rate falls by the minibatch, momentum rises by the epoch."""
    rate = max(0.1 * math.exp(-iteration * math.log(1.000004)), 1e-6)
    epoch = iteration * batch // examples
    return rate, 0.5 + (0.7 - 0.5) * min(epoch / 249, 1.0)


class Drawn:
    """Chance as PyTorch draws it, over random bytes in the place of MNIST's."""

    def __init__(self, batch, device):
        self.batch, self.device, self.examples = batch, device, EXAMPLES
        self.data = torch.randint(0, 256, (EXAMPLES, PIXELS), dtype=torch.uint8, device=device)
        self.order = torch.randperm(EXAMPLES, device=device)
        self.chosen = self.order[:batch].clone()
        self.position = 0

    def begin(self, _iteration):
        """Chooses the next minibatch. A minibatch that would straddle two epochs begins the second."""
        if self.position + self.batch > EXAMPLES:
            torch.randperm(EXAMPLES, out=self.order)
            self.position = 0
        self.chosen.copy_(self.order[self.position : self.position + self.batch])
        self.position += self.batch

    def rewind(self):
        pass

    def x(self):
        return self.data.index_select(0, self.chosen).float().div_(255)

    def z(self):
        return torch.empty(self.batch, NOISE, device=self.device).uniform_(-math.sqrt(3), math.sqrt(3))

    def dropout(self, h, keep):
        return F.dropout(h, 1 - keep)


class Given:
    """Chance as gander drew it, out of a reference. What is in use lies in buffers that stay where they are, as a captured graph needs it."""

    def __init__(self, arrays, iterations, halves, device):
        self.examples = None
        place = lambda i, name: arrays[f"{i}.{name}"].to(device)
        self.all = [self.in_order(lambda name, i=i: place(i, name), halves) for i in range(iterations)]
        self.buffers = [array.clone() for array in self.all[0]]
        self.at = 0

    @staticmethod
    def in_order(array, halves):
        """Minibatch, noises, masks, in the order of their use: where D judges real and fake apart, its first masks fall in halves."""
        masks = [array(f"mask.{number}").float() for number in range(6)]
        first = [half for part in zip(*(mask.chunk(2) for mask in masks[:3])) for half in part] if halves else masks[:3]
        return [array("x.0"), array("z.0"), *first, array("z.1"), *masks[3:]]

    def begin(self, iteration):
        for buffer, array in zip(self.buffers, self.all[iteration]):
            buffer.copy_(array)

    def rewind(self):
        self.at = 0

    def next(self):
        self.at += 1
        return self.buffers[self.at - 1]

    def x(self):
        return self.next()

    def z(self):
        return self.next()

    def dropout(self, h, keep):
        return h * (self.next() / keep)


def parameters(player, device):
    """Initial parameters of G or D: weights and biases by turns. The marginals of random data are flat, so all biases are zero."""
    drawn = []
    for inputs, outputs in SHAPES[player]:
        drawn += [torch.empty(inputs, outputs, device=device).uniform_(-IRANGE[player], IRANGE[player]), torch.zeros(outputs, device=device)]
    return drawn


def planes(array):
    """Reorders the columns of a maxout layer: gander has the pieces of a unit side by side, here the first pieces of all units come first."""
    return array.unflatten(-1, (UNITS, PIECES)).transpose(-1, -2).flatten(-2).contiguous()


def generate(g, z):
    h = torch.addmm(g[1], z, g[0]).relu_()
    h = torch.addmm(g[3], h, g[2]).relu_()
    return torch.addmm(g[5], h, g[4]).sigmoid_()


def judge(d, x, dropout):
    """D's logits."""
    h = x
    for layer, keep in enumerate(KEEP):
        h = torch.addmm(d[2 * layer + 1], dropout(h, keep), d[2 * layer])
        if layer < 2:
            h = h.unflatten(1, (PIECES, UNITS)).amax(1)
    return h


def d_loss(d, pair, sign, dropout):
    """BCE of the real rows + BCE of the fake rows, from logits: sign is -1 for the former, 1 for the latter."""
    return F.softplus(judge(d, pair, dropout) * sign).sum() * (2 / sign.numel())


def g_loss(g, d, z, dropout):
    return F.softplus(-judge(d, generate(g, z), dropout)).mean()


def descend(theta, velocity, momentum, scaled):
    """v ← momentum·v - rate·g; θ ← θ + v, where `scaled` is rate·g."""
    torch._foreach_mul_(velocity, momentum)
    torch._foreach_sub_(velocity, scaled)
    torch._foreach_add_(theta, velocity)


class Game:
    """Both players with their velocities, and what an iteration takes from outside: chance, the rates."""

    def __init__(self, options, chance, start=None, first=0, examples=EXAMPLES):
        device = options.device
        self.mode, self.device, self.chance, self.first, self.examples, self.batch = options.mode, device, chance, first, examples, options.batch
        self.in_planes = options.mode != "usual"
        given = start or {}
        self.theta = {player: given.get(player) or parameters(player, device) for player in "GD"}
        self.velocity = {player: given.get(player + " velocity") or [torch.zeros_like(p) for p in self.theta[player]] for player in "GD"}
        self.state = [array for player in "GD" for array in self.theta[player] + self.velocity[player]]
        for player in "GD":
            for parameter in self.theta[player]:
                parameter.requires_grad_(True)
        self.rate, self.momentum = torch.zeros((), device=device), torch.zeros((), device=device)
        self.sign = torch.cat([-torch.ones(options.batch, 1), torch.ones(options.batch, 1)]).to(device)
        self.d_loss, self.g_loss, self.descend = d_loss, g_loss, descend
        if options.mode == "compile":
            self.d_loss, self.g_loss, self.descend = (torch.compile(function) for function in (d_loss, g_loss, descend))
        self.iteration = 0
        self.run = self.play_usual if options.mode == "usual" else self.play
        if options.mode == "graphs" or options.mode == "compile" and device == "cuda":
            self.run = self.captured()

    def play(self):
        """Algorithm 1. Returns D's loss and G's."""
        chance, rate = self.chance, self.rate
        chance.rewind()
        g, d = self.theta["G"], self.theta["D"]
        x = chance.x()
        with torch.no_grad():
            pair = torch.cat([x, generate(g, chance.z())])
        of_d = self.d_loss(d, pair, self.sign, chance.dropout)
        # The rate goes in at the top of the chain rule, so that no pass over the gradients is needed for it.
        scaled = torch.autograd.grad(of_d, d, rate)
        with torch.no_grad():
            self.descend(d, self.velocity["D"], self.momentum, scaled)
        frozen = [parameter.detach() for parameter in d]
        of_g = self.g_loss(g, frozen, chance.z(), chance.dropout)
        scaled = torch.autograd.grad(of_g, g, rate)
        with torch.no_grad():
            self.descend(g, self.velocity["G"], self.momentum, scaled)
        return of_d.detach(), of_g.detach()

    def play_usual(self):
        chance = self.chance
        chance.rewind()
        g, d = self.theta["G"], self.theta["D"]
        x, z = chance.x(), chance.z()
        real = judge_usual(d, x, chance.dropout)
        fake = judge_usual(d, generate_usual(g, z).detach(), chance.dropout)
        of_d = F.binary_cross_entropy_with_logits(real, torch.ones_like(real)) + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
        self.step_usual("D", of_d)
        fake = judge_usual(d, generate_usual(g, chance.z()), chance.dropout)
        of_g = F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))
        self.step_usual("G", of_g)
        return of_d.detach(), of_g.detach()

    def step_usual(self, player, loss):
        for parameter in self.theta["G"] + self.theta["D"]:
            parameter.grad = None
        loss.backward()
        with torch.no_grad():
            for parameter, velocity in zip(self.theta[player], self.velocity[player]):
                velocity.mul_(self.momentum).sub_(self.rate * parameter.grad)
                parameter.add_(velocity)

    def captured(self):
        """The iteration as a CUDA graph. What is played while it warms up is taken back."""
        before = [array.detach().clone() for array in self.state]
        self.chance.begin(0)
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(5):
                self.play()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            losses = self.play()
        with torch.no_grad():
            for array, saved in zip(self.state, before):
                array.copy_(saved)

        def replay():
            graph.replay()
            return losses

        return replay

    def next(self):
        """Plays one iteration. Returns its losses, which may not be ready."""
        rate, momentum = schedule(self.first + self.iteration, self.batch, self.examples)
        self.rate.fill_(rate)
        self.momentum.fill_(momentum)
        self.chance.begin(self.iteration)
        self.iteration += 1
        return self.run()


def generate_usual(g, z):
    h = torch.relu(z @ g[0] + g[1])
    h = torch.relu(h @ g[2] + g[3])
    return torch.sigmoid(h @ g[4] + g[5])


def judge_usual(d, x, dropout):
    h = x
    for layer, keep in enumerate(KEEP):
        h = dropout(h, keep) @ d[2 * layer] + d[2 * layer + 1]
        if layer < 2:
            h = h.view(-1, UNITS, PIECES).max(2).values
    return h


def read(path):
    """Reads a safetensors file. Returns its arrays by name, and its metadata."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    facts = header.pop("__metadata__", {})
    types = {"F32": torch.float32, "U8": torch.uint8}
    whole = memoryview(data)
    array = lambda entry: torch.frombuffer(whole[slice(*entry["data_offsets"])], dtype=types[entry["dtype"]]).reshape(entry["shape"])
    return {name: array(entry) for name, entry in header.items()}, {name: int(fact) for name, fact in facts.items()}


def players(arrays, prefix, in_planes, device):
    """The parameters and velocities of a reference, in the order that the game has them in."""
    found = {}
    for player in "GD":
        for suffix in ("", " velocity"):
            found[player + suffix] = []
            for layer in range(3):
                for part in "wb":
                    array = arrays[f"{prefix}{player}.{layer}.{part}{suffix}"]
                    array = planes(array) if in_planes and player == "D" and layer < 2 else array.clone()
                    found[player + suffix].append((array if part == "w" else array.flatten()).to(device))
    return found


def check(options):
    arrays, facts = read(options.check)
    options.batch = facts["batch"]
    in_planes = options.mode != "usual"
    start, end = (players(arrays, prefix, in_planes, options.device) for prefix in ("", "end."))
    begun = {name: [array.clone() for array in listed] for name, listed in start.items()}
    chance = Given(arrays, facts["iterations"], not in_planes, options.device)
    game = Game(options, chance, start, facts["first_iteration"], facts["examples"])
    worst = 0.0
    for iteration in range(facts["iterations"]):
        for name, loss in zip(("d_loss", "g_loss"), game.next()):
            expected = arrays[f"{iteration}.{name}"].item()
            off = abs(loss.item() - expected) / abs(expected)
            worst = max(worst, off)
            if not off <= LOSS_TOLERANCE:
                sys.exit(f"error: iteration {iteration}: {name} is {loss.item():.8}, but gander's is {expected:.8}: they differ by {off:.1e} of it, the bound is {LOSS_TOLERANCE:.0e}")
    print(f"losses agree: {facts['iterations']} iterations, the worst {worst:.1e} off (bound {LOSS_TOLERANCE:.0e})")
    for player in "GD":
        # Against how far gander's parameters moved, not against how large they are: who does not learn is off by 1.
        norm = lambda arrays: math.sqrt(sum(array.double().square().sum().item() for array in arrays))
        moved = norm([a - b for a, b in zip(end[player], begun[player])])
        off = norm([(a - b).detach() for a, b in zip(game.theta[player], end[player])]) / moved
        if not off <= LEARNT_TOLERANCE:
            sys.exit(f"error: what {player} learnt differs from gander's by {off:.1e} of it, the bound is {LEARNT_TOLERANCE:.0e}")
        print(f"what {player} learnt agrees: {off:.1e} off (bound {LEARNT_TOLERANCE:.0e})")


def measure(options):
    game = Game(options, Drawn(options.batch, options.device))

    def block(iterations):
        """Milliseconds per iteration, over so many; reading the losses waits for all of them."""
        start = time.perf_counter()
        for _ in range(iterations):
            losses = game.next()
        finite = all(math.isfinite(loss.item()) for loss in losses)
        if not finite:
            sys.exit(f"error: a loss is not finite after {game.iteration} iterations")
        return 1e3 * (time.perf_counter() - start) / iterations

    # torch.compile compiles in the first iterations, which may take a minute.
    block(2)
    warm = time.perf_counter()
    while time.perf_counter() - warm < WARM:
        each = block(1)
    affordable = 1e3 * options.time / each
    samples = int(min(max(affordable, FEW), SAMPLES))
    iterations = max(1, round(affordable / samples))
    milliseconds = sorted(block(iterations) for _ in range(samples))
    low, median, high = statistics.quantiles(milliseconds, n=4, method="inclusive")
    device = torch.cuda.get_device_name() if options.device == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    milliseconds = {"median": median, "low": low, "high": high}
    print(json.dumps({"peer": "torch", "mode": options.mode, "version": torch.__version__, "device": device, "batch": options.batch, "milliseconds": milliseconds}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--mode", choices=["usual", "eager", "compile", "graphs"], default="eager")
    parser.add_argument("--threads", type=int, help="threads of the CPU; PyTorch's choice if it is not given")
    parser.add_argument("--batch", type=int, default=100, help="examples in a minibatch; --check takes the reference's")
    parser.add_argument("--check", metavar="REFERENCE", help="play the iterations of a reference, and compare")
    parser.add_argument("--time", type=float, metavar="SECONDS", help="measure for about so long")
    options = parser.parse_args()
    if options.check is None and options.time is None:
        parser.error("say --check or --time")
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit(f"error: --device cuda, but PyTorch {torch.__version__} finds no CUDA device")
    if options.mode == "graphs" and options.device != "cuda":
        sys.exit("error: --mode graphs, but CUDA graphs need --device cuda")
    if options.threads:
        torch.set_num_threads(options.threads)
    # All of f32, as gander computes: no TF32.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    if options.check is not None:
        check(options)
    if options.time is not None:
        measure(options)


main()
