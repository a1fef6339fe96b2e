"""Pretends to train, in milliseconds and with nothing but Python.

    python train.py --seed 7 --output-dir out [--steps 5]

`config.json` beside this file says how the pretended training goes and whether, and on
which share of seeds, it misbehaves. `tests/samples/quick.py` writes it and says what
its keys mean.
"""

import json
import math
import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LONG_S = 120.0  # how long "forever" lasts, so that nothing outlives a broken test
MIB = 1 << 20


def main():
    options = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    with open(os.path.join(HERE, "config.json")) as file:
        config = json.load(file)
    seed, output = int(options["--seed"]), options.get("--output-dir", ".")
    os.makedirs(output, exist_ok=True)
    note(config, seed, "start")
    tell_of_itself(output)
    wait_for(config["hold"])
    shows = random.Random(f"share/{seed}").random() < config["share"]
    behave = BEHAVIOURS[config["behaviour"] if shows else "trains"]
    behave(config, seed, output, int(options.get("--steps", 5)))
    note(config, seed, "end")


def note(config, seed, what):
    """One line in the ledger, whole even if many trials write at once."""
    if config["ledger"]:
        line = f"{what} {config['name']} {seed} {os.getpid()}\n"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        ledger = os.open(config["ledger"], flags, 0o644)
        os.write(ledger, line.encode())
        os.close(ledger)


def tell_of_itself(output):
    facts = {"argv": sys.argv, "cwd": os.getcwd(), "pid": os.getpid()}
    with open(os.path.join(output, "run.json"), "w") as file:
        json.dump({**facts, "environment": dict(os.environ)}, file)


def wait_for(path):
    end = time.monotonic() + LONG_S
    while path and not os.path.exists(path) and time.monotonic() < end:
        time.sleep(0.01)


def drawn(name):
    """A standard normal number, always the same under one name."""
    return random.Random(name).gauss(0.0, 1.0)


def losses(config, seed, steps):
    """A curve that falls to a value drawn around the mean."""
    both = math.sqrt(config["correlation"]) * drawn(f"shared/{seed}")
    alone = math.sqrt(1.0 - config["correlation"]) * drawn(f"own/{seed}/{own(config)}")
    last = config["mean"] + config["spread"] * (both + alone) + surroundings(config)
    return [
        last * (1.0 + math.exp(1 - step) - math.exp(1 - steps))
        for step in range(1, steps + 1)
    ]


def own(config):
    """What tells the noise of one tree from that of another."""
    return f"{config['mean']}{config['noise']}"


def surroundings(config):
    """What a file outside of the repository adds; 0 where there is none."""
    if not config["outside"]:
        return 0.0
    with open(config["outside"]) as file:
        return float(file.read())


def beside(config, seed, loss):
    """Slices of a loss, and the other metrics, by name."""
    spread, name = config["spread"], f"{seed}/{own(config)}"
    slices = {
        f"loss/{part}": loss + more + spread * drawn(f"{part}/{more}/{name}")
        for part, more in config["slices"].items()
    }
    others = {
        metric: mean * (1.0 + spread * drawn(f"{metric}/{mean}/{name}"))
        for metric, mean in config["others"].items()
    }
    return {**slices, **others}


def log(output, step, loss, others=None):
    """Said on stdout and written as JSON lines, so that any source can be tried."""
    print(f"step {step} loss {loss}", flush=True)
    line = json.dumps({"step": step, "loss": loss, **(others or {})}) + "\n"
    reported = os.environ.get("SEEDGATE_METRICS")
    for path in filter(None, (os.path.join(output, "metrics.jsonl"), reported)):
        with open(path, "a") as file:
            file.write(line)


def trains(config, seed, output, steps):
    for step, loss in enumerate(losses(config, seed, steps), start=1):
        time.sleep(config["seconds"] / steps)
        log(output, step, loss, beside(config, seed, loss))


def forgets(config, seed, output, steps):
    """Trains, and never says how one of its slices fared."""
    kept = dict(list(config["slices"].items())[:-1])
    trains({**config, "slices": kept}, seed, output, steps)


def crashes(config, seed, output, steps):
    log(output, 1, losses(config, seed, steps)[0])
    raise RuntimeError(f"seed {seed} is one of those that do not work")


def exits(config, seed, output, steps):
    trains(config, seed, output, steps)
    sys.exit(3)


def dies(config, seed, output, steps):
    import signal

    log(output, 1, losses(config, seed, steps)[0])
    os.kill(os.getpid(), signal.SIGKILL)


def ends_with(last):
    def behave(config, seed, output, steps):
        for step, loss in enumerate(losses(config, seed, steps)[:-1], start=1):
            log(output, step, loss)
        log(output, steps, last)

    return behave


def silent(config, seed, output, steps):
    print("done", flush=True)


def noisy(config, seed, output, steps):
    lines = b"".join(b"progress %7d %s\n" % (n, b"." * 62) for n in range(MIB // 80))
    for _ in range(config["megabytes"]):
        sys.stdout.buffer.write(lines)
    trains(config, seed, output, steps)


def one_line(config, seed, output, steps):
    for _ in range(config["megabytes"]):
        sys.stdout.write("." * MIB)
    print()
    trains(config, seed, output, steps)


def endless(config, seed, output, steps):
    log(output, 1, losses(config, seed, steps)[0])
    time.sleep(LONG_S)


def stubborn(config, seed, output, steps):
    import signal

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    endless(config, seed, output, steps)


def daemon(config, seed, output, steps):
    """Leaves a process in its own session, with stdout open and SIGTERM ignored."""
    import signal

    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            with open(os.path.join(output, "daemon.pid"), "w") as file:
                file.write(str(os.getpid()))
            note(config, seed, "daemon")
            time.sleep(LONG_S)
        os._exit(0)
    os.wait()
    trains(config, seed, output, steps)


def hungry(config, seed, output, steps):
    held = [b"x" * MIB for _ in range(config["megabytes"])]
    trains(config, seed, output, steps)
    del held


def fills_disk(config, seed, output, steps):
    log(output, 1, losses(config, seed, steps)[0])
    with open(os.path.join(output, "checkpoint.bin"), "wb") as file:
        for _ in range(config["megabytes"]):
            file.write(b"x" * MIB)
    trains(config, seed, output, steps)


def fifo(config, seed, output, steps):
    os.mkfifo(os.path.join(output, "metrics.jsonl"))
    silent(config, seed, output, steps)


def symlink(config, seed, output, steps):
    elsewhere = os.path.join(HERE, "config.json")
    os.symlink(elsewhere, os.path.join(output, "metrics.jsonl"))
    silent(config, seed, output, steps)


def folder(config, seed, output, steps):
    os.mkdir(os.path.join(output, "metrics.jsonl"))
    silent(config, seed, output, steps)


BEHAVIOURS = {
    "trains": trains,
    "forgets": forgets,
    "crashes": crashes,
    "exits": exits,
    "dies": dies,
    "nan": ends_with(math.nan),
    "infinite": ends_with(math.inf),
    "text": ends_with("low"),
    "silent": silent,
    "noisy": noisy,
    "one_line": one_line,
    "endless": endless,
    "stubborn": stubborn,
    "daemon": daemon,
    "hungry": hungry,
    "fills_disk": fills_disk,
    "fifo": fifo,
    "symlink": symlink,
    "folder": folder,
}


if __name__ == "__main__":
    main()
