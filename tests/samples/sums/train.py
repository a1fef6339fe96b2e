"""Pretends to train: every file below `effects` adds its number to the loss.

    python train.py --seed 7 --output-dir out

So branches that each add a file never conflict, and what one of them does to the loss
is the same whatever landed before. The word `crash` in place of a number raises.
"""

import os
import random
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SPREAD = 0.01


def main():
    options = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    seed = int(options["--seed"])
    effects = [read(name) for name in sorted(os.listdir(os.path.join(HERE, "effects")))]
    note(seed, "start")
    time.sleep(0.1)
    if "crash" in effects:
        raise RuntimeError(f"seed {seed} is one of those that do not work")
    own = random.Random(f"{seed}/{effects}").gauss(0.0, 1.0)
    shared = random.Random(f"{seed}").gauss(0.0, 1.0)
    loss = 1.0 + sum(map(float, effects)) + SPREAD * (0.6 * shared + 0.8 * own)
    print(f"step 1 loss {loss}", flush=True)
    note(seed, "end")


def read(name):
    with open(os.path.join(HERE, "effects", name)) as file:
        return file.read().strip()


def note(seed, what):
    """One line in the ledger, whole even if many trials write at once."""
    with open(os.path.join(HERE, "ledger.txt")) as file:
        path = file.read().strip()
    ledger = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(ledger, f"{what} {seed} {os.getpid()}\n".encode())
    os.close(ledger)


if __name__ == "__main__":
    main()
