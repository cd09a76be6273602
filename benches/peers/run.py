"""Times gander beside the programs that a user would take instead, all playing the same game on the same machine in turns.

    python benches/peers/run.py [--adapters host,llvmpipe] [--peers torch-eager,burn-flex] [--rounds 5] [--json out.json]

Needs nothing but Python and cargo; each peer needs its own (see README.md), and one that cannot run is named with its reason.
Every peer must first play gander's own iterations to the same losses and parameters. Then all are timed in rounds, one after the other, in an
order that turns: what the machine does besides falls on all alike, and ratios are taken within a round.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# What each peer is started with; `burn` is a build with these features.
TORCH = {
    "torch-usual": ["--mode", "usual"],
    "torch-eager": ["--mode", "eager"],
    "torch-compile": ["--mode", "compile"],
    "torch-cuda-usual": ["--mode", "usual", "--device", "cuda"],
    "torch-cuda-eager": ["--mode", "eager", "--device", "cuda"],
    "torch-cuda-graphs": ["--mode", "graphs", "--device", "cuda"],
    "torch-cuda-compile": ["--mode", "compile", "--device", "cuda"],
}
BURN = {
    "burn-flex": (["--device", "flex"], "wgpu"),
    "burn-wgpu": (["--device", "wgpu"], "wgpu"),
    "burn-wgpu-cpu": (["--device", "wgpu-cpu"], "wgpu"),
    "burn-vulkan": (["--device", "vulkan"], "vulkan"),
    "burn-vulkan-cpu": (["--device", "vulkan-cpu"], "vulkan"),
    "burn-cuda": (["--device", "cuda"], "cuda"),
}
# Not all: each further feature of burn is a build of many minutes.
DEFAULT_PEERS = [*TORCH, "burn-flex", "burn-wgpu"]


class DidNotRun(Exception):
    """Why a program gave no answer, in one line."""


def run(command, limit, environment):
    """Runs a command to its end. Returns what it printed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=limit, env=environment)
    except subprocess.TimeoutExpired:
        raise DidNotRun(f"no answer within {limit:.0f} s") from None
    except OSError as error:
        raise DidNotRun(f"{command[0]} cannot be started: {error.strerror}") from None
    if done.returncode != 0:
        raise DidNotRun(reason(done.returncode, done.stderr))
    return done.stdout


def reason(code, stderr):
    """Why a program failed, in one line: the signal that ended it, its panic, or the last of its errors."""
    if code < 0:
        return f"ended by {signal.Signals(-code).name}"
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    for at, line in enumerate(lines):
        if " panicked at " in line:
            # The message is on the line below.
            return f"panicked: {' '.join(lines[at + 1 : at + 2])}"
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return (errors or lines or [f"it ended with code {code} and said nothing"])[-1]


class Peer:
    """A program that plays the game: checked once, then timed round by round."""

    def __init__(self, name, command):
        self.name, self.command = name, command
        self.version = self.device = None
        self.rounds = []

    def check(self, options, environment):
        if self.command[0] is None:
            raise DidNotRun(self.command[1])
        run([*self.command, "--check", options.reference], options.limit, environment)

    def time(self, options, environment):
        asked = ["--batch", str(options.batch), "--time", str(options.seconds)]
        said = json.loads(run([*self.command, *asked], options.limit, environment).splitlines()[-1])
        self.version, self.device = f"{said['peer']} {said['version']}", said["device"]
        self.rounds.append(said["milliseconds"]["median"])


class Gander(Peer):
    """gander on one adapter. The reference is its own, so there is nothing to check."""

    def __init__(self, adapter, command):
        super().__init__(f"gander {adapter}", command)
        self.adapter = adapter

    def check(self, options, environment):
        pass

    def time(self, options, environment):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "bench.json")
            data = ["--data", options.data] if options.data else []
            asked = ["bench", "mnist", "--adapter", self.adapter, "--batch", str(options.batch), "--replays", "0", "--json", out, *data]
            run([*self.command, *asked], options.limit, environment)
            with open(out) as file:
                said = json.load(file)[0]
        self.version, self.device = f"gander {said['version']}", said["device"]
        self.rounds.append(said["iteration"]["milliseconds"]["median"])


def build(arguments, environment):
    """Builds something of cargo's. Returns why that failed, or nothing."""
    print(f"cargo build --release {' '.join(arguments)}", file=sys.stderr)
    try:
        done = subprocess.run(["cargo", "build", "--release", "--quiet", *arguments], env=environment, capture_output=True, text=True)
    except OSError as error:
        return f"cargo cannot be started: {error.strerror}"
    return reason(done.returncode, done.stderr) if done.returncode else None


def target(folder):
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or folder / "target") / "release"


def peers(options, environment):
    """The programs that were asked for, those of burn built. A peer whose program is None has the reason in its place."""
    found, built = [], {}
    for name in options.peers:
        if name in TORCH:
            threads = ["--threads", str(options.threads)]
            found.append(Peer(name, [options.python, str(HERE / "torch_game.py"), *TORCH[name], *threads]))
            continue
        arguments, feature = BURN[name]
        if feature not in built:
            manifest = ["--manifest-path", str(HERE / "burn" / "Cargo.toml"), "--features", feature]
            why = build(manifest, environment)
            program = target(HERE / "burn") / "peers-burn"
            if not why:
                # The next feature's build would overwrite it.
                program = shutil.copy(program, os.path.join(options.folder, f"peers-burn-{feature}"))
            built[feature] = (None, f"it could not be built: {why}") if why else (str(program), None)
        program, why = built[feature]
        found.append(Peer(name, [program, *arguments] if program else [None, why]))
    return found


def prepare_gander(options, environment):
    """Builds gander, and writes the reference, unless they were given."""
    if options.gander is None:
        why = build(["--manifest-path", str(ROOT / "Cargo.toml"), "--bin", "gander"], environment)
        if why:
            sys.exit(f"error: gander could not be built: {why}")
        options.gander = str(target(ROOT) / "gander")
    if options.reference is None:
        why = build(["--manifest-path", str(ROOT / "Cargo.toml"), "--example", "peers-reference"], environment)
        if why:
            sys.exit(f"error: the reference's program could not be built: {why}")
        options.reference = os.path.join(options.folder, "reference.safetensors")
        data = ["--data", options.data] if options.data else []
        program = str(target(ROOT) / "examples" / "peers-reference")
        try:
            run([program, options.reference, "--batch", str(options.batch), *data], options.limit, environment)
        except DidNotRun as why:
            sys.exit(f"error: the reference could not be written: {why}")


def each(players, did_not_run, what):
    """Does something with every program, and moves those that fail to the others, with the reason. Returns those that are left."""
    left = []
    for player in players:
        try:
            what(player)
            left.append(player)
        except DidNotRun as why:
            print(f"{player.name} did not run: {why}", file=sys.stderr)
            did_not_run.append({"peer": player.name, "why": str(why)})
    return left


def quartiles(values):
    """Median and quartiles, of one value too."""
    low, median, high = statistics.quantiles(values * 2 if len(values) == 1 else values, n=4, method="inclusive")
    return {"median": median, "low": low, "high": high}


def rows(players):
    """What the table shows, the fastest first. A ratio is the median of those within the rounds."""
    ganders = [player for player in players if isinstance(player, Gander)]
    made = []
    for player in players:
        ratios = {g.adapter: statistics.median(a / b for a, b in zip(g.rounds, player.rounds)) for g in ganders}
        row = {"peer": player.name, "version": player.version, "device": player.device, "milliseconds": quartiles(player.rounds)}
        made.append(row | {"rounds": player.rounds, "gander_over_peer": {} if player in ganders else ratios})
    return sorted(made, key=lambda row: row["milliseconds"]["median"])


def print_table(table, adapters, did_not_run):
    head = ["peer", "version", "device", "ms/iteration", "quartiles", *(f"gander {adapter} / peer" for adapter in adapters)]
    lines = [head]
    for row in table:
        figure = row["milliseconds"]
        ratios = [f"{row['gander_over_peer'][adapter]:.2f}" if adapter in row["gander_over_peer"] else "" for adapter in adapters]
        quarters = f"{figure['low']:.3g}–{figure['high']:.3g}"
        lines.append([row["peer"], row["version"], row["device"], f"{figure['median']:.4g}", quarters, *ratios])
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    for missing in did_not_run:
        print(f"{missing['peer']} did not run: {missing['why']}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    listed = lambda text: [name for name in text.split(",") if name]
    parser.add_argument("--adapters", type=listed, default=["host"], help="adapters that gander runs on, as `gander bench --adapter` takes them")
    parser.add_argument("--peers", type=listed, default=DEFAULT_PEERS, help=f"of {', '.join([*TORCH, *BURN])}")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed")
    parser.add_argument("--seconds", type=float, default=5, help="how long a peer is timed in a round")
    parser.add_argument("--batch", type=int, default=100, help="examples in a minibatch")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of the CPU that each may use")
    parser.add_argument("--limit", type=float, default=900, help="seconds after which a program is given up")
    parser.add_argument("--python", default=sys.executable, help="the Python that has PyTorch")
    parser.add_argument("--data", metavar="DIR", help="the folder with MNIST's files")
    parser.add_argument("--gander", metavar="PROGRAM", help="a gander that is built already")
    parser.add_argument("--reference", metavar="FILE", help="a reference that is written already")
    parser.add_argument("--json", metavar="FILE", help="write all figures there")
    options = parser.parse_args()
    for name in options.peers:
        if name not in TORCH and name not in BURN:
            parser.error(f"there is no peer `{name}`; known: {', '.join([*TORCH, *BURN])}")
    if options.rounds < 1:
        parser.error(f"--rounds is {options.rounds}; at least one is needed")
    return options


def main():
    options = parse()
    threads = str(options.threads)
    # OMP: PyTorch; RAYON: gander's host twin and burn's flex; LP: lavapipe.
    environment = os.environ | {"OMP_NUM_THREADS": threads, "RAYON_NUM_THREADS": threads, "LP_NUM_THREADS": threads}
    with tempfile.TemporaryDirectory() as options.folder:
        prepare_gander(options, os.environ)
        players = [Gander(adapter, [options.gander]) for adapter in options.adapters] + peers(options, os.environ)
        did_not_run = []
        players = each(players, did_not_run, lambda player: player.check(options, environment))
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds}: {', '.join(player.name for player in players)}", file=sys.stderr)
            players = each(players[1:] + players[:1], did_not_run, lambda player: player.time(options, environment))
    table = rows(players)
    print_table(table, options.adapters, did_not_run)
    if options.json:
        facts = {"batch": options.batch, "threads": options.threads, "rounds": options.rounds, "peers": table, "did_not_run": did_not_run}
        with open(options.json, "w") as file:
            json.dump(facts, file, indent=2)


main()
