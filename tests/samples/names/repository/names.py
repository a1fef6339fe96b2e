"""Learn to spell invented names, letter by letter: python names.py --type gru --seed 1

Six models behind one flag share data, training and evaluation. The names are invented
here from syllables, always the same ones, so that nothing has to be downloaded.
"""

import argparse
import json
import random
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

LETTERS = "abcdefghijklmnopqrstuvwxyz"
END = 0  # stands before the first letter and after the last one
SYMBOLS = len(LETTERS) + 1
LONGEST = 12
IGNORED = -1
NAMES = 1200
TESTED = 200

ONSETS = "b br c d dr f g gr h k l m n p r s st t th v".split()
VOWELS = "a e i o u ai ea io".split()
CODAS = ["", "", "", "l", "n", "r", "s", "th"]

RATES = {
    "bigram": 1e-2,
    "mlp": 5e-3,
    "rnn": 5e-3,
    "gru": 5e-3,
    "bow": 4e-3,
    "transformer": 2e-3,
}
DECAY = 0.01
BETAS = (0.9, 0.99)
CLIP = 1.0
WARM_UP = 5


def invented(count: int) -> list[str]:
    """Different names of two or three syllables, at most eleven letters long."""
    draw = random.Random(20)
    found: dict[str, None] = {}
    while len(found) < count:
        parts = [
            draw.choice(ONSETS) + draw.choice(VOWELS) + draw.choice(CODAS)
            for _ in range(draw.choice([2, 2, 3]))
        ]
        name = "".join(parts)
        if len(name) < LONGEST:
            found[name] = None
    return list(found)


def encoded(names: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs (N, LONGEST) that begin with END, and the symbols that follow them."""
    inputs = torch.full((len(names), LONGEST), END)
    targets = torch.full((len(names), LONGEST), IGNORED)
    for row, name in enumerate(names):
        symbols = torch.tensor([LETTERS.index(letter) + 1 for letter in name])
        inputs[row, 1 : len(name) + 1] = symbols
        targets[row, : len(name)] = symbols
        targets[row, len(name)] = END
    return inputs, targets


class Bigram(nn.Module):
    """The next letter depends on the last one alone."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.zeros(SYMBOLS, SYMBOLS))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.table[inputs]


class Mlp(nn.Module):
    """The next letter depends on the last three, through one hidden layer."""

    SEEN = 3

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.letters = nn.Embedding(SYMBOLS, width)
        self.hidden = nn.Linear(self.SEEN * width, 2 * width)
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(2 * width, SYMBOLS)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        seen = []
        for back in range(self.SEEN):
            shifted = F.pad(inputs, (back, 0), value=END)[:, : inputs.shape[1]]
            seen.append(self.letters(shifted))
        hidden = torch.tanh(self.hidden(torch.cat(seen, dim=-1)))
        return self.head(self.drop(hidden))


class Recurrent(nn.Module):
    """A state that is carried from letter to letter; `cell` is nn.RNN or nn.GRU."""

    def __init__(self, width: int, dropout: float, cell: type[nn.Module]) -> None:
        super().__init__()
        self.letters = nn.Embedding(SYMBOLS, width)
        self.cell = cell(width, width, batch_first=True)
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(width, SYMBOLS)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        states, _ = self.cell(self.letters(inputs))
        return self.head(self.drop(states))


class Rnn(Recurrent):
    def __init__(self, width: int, dropout: float) -> None:
        super().__init__(width, dropout, nn.RNN)


class Gru(Recurrent):
    def __init__(self, width: int, dropout: float) -> None:
        super().__init__(width, dropout, nn.GRU)


class Bow(nn.Module):
    """The letters so far as a bag: their mean, and the last one."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.letters = nn.Embedding(SYMBOLS, width)
        self.mix = nn.Linear(2 * width, width)
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(width, SYMBOLS)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        letters = self.letters(inputs)
        counts = torch.arange(1, inputs.shape[1] + 1).view(1, -1, 1)
        bag = letters.cumsum(dim=1) / counts
        mixed = F.gelu(self.mix(torch.cat([bag, letters], dim=-1)))
        return self.head(self.drop(mixed))


class Transformer(nn.Module):
    """Every letter looks at those before it: two blocks of causal attention."""

    HEADS = 4
    BLOCKS = 2

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.letters = nn.Embedding(SYMBOLS, width)
        self.places = nn.Embedding(LONGEST, width)
        self.blocks = nn.ModuleList(
            Block(width, self.HEADS, dropout) for _ in range(self.BLOCKS)
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, SYMBOLS, bias=False)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        places = torch.arange(inputs.shape[1])
        states = self.letters(inputs) + self.places(places)
        for block in self.blocks:
            states = block(states)
        return self.head(self.norm(states))


class Block(nn.Module):
    """Attention and a small network, each added to what came in."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention = nn.LayerNorm(width)
        self.asked = nn.Linear(width, 3 * width)
        self.answer = nn.Linear(width, width)
        self.before_network = nn.LayerNorm(width)
        self.network = nn.Sequential(
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Linear(4 * width, width),
            nn.Dropout(dropout),
        )

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        states = states + self.attended(self.before_attention(states))
        return states + self.network(self.before_network(states))

    def attended(self, states: torch.Tensor) -> torch.Tensor:
        size, length, width = states.shape
        shape = (size, length, 3, self.heads, width // self.heads)
        query, key, value = self.asked(states).view(shape).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.answer(seen.transpose(1, 2).reshape(size, length, width))


MODELS = {
    "bigram": Bigram,
    "mlp": Mlp,
    "rnn": Rnn,
    "gru": Gru,
    "bow": Bow,
    "transformer": Transformer,
}


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Learn to spell invented names.")
    parser.add_argument("--type", choices=sorted(MODELS), default="mlp")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--output-dir", type=Path, help="default: runs/TYPE-SEED")
    return parser.parse_args()


def loss_of(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor):
    """The mean surprise in nats over all letters that are to be guessed."""
    logits = model(inputs)
    return F.cross_entropy(
        logits.reshape(-1, SYMBOLS), targets.reshape(-1), ignore_index=IGNORED
    )


@torch.no_grad()
def evaluate(model: nn.Module, inputs: torch.Tensor, targets: torch.Tensor) -> float:
    model.eval()
    loss = loss_of(model, inputs, targets).item()
    model.train()
    return loss


def rate_at(step: int, steps: int, highest: float) -> float:
    """A short rise to the highest rate, then a straight fall to a tenth of it."""
    rise = min(1.0, step / WARM_UP)
    return highest * rise * (1.0 - 0.9 * step / steps)


def train(model: nn.Module, options: argparse.Namespace) -> None:
    """Train `model` in place."""
    inputs, targets = encoded(invented(NAMES))
    inputs, targets = inputs[:-TESTED], targets[:-TESTED]
    order = torch.Generator().manual_seed(options.seed)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=RATES[options.type], betas=BETAS, weight_decay=DECAY
    )
    for step in range(1, options.steps + 1):
        chosen = torch.randint(len(inputs), (options.batch_size,), generator=order)
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, options.steps, RATES[options.type])
        loss = loss_of(model, inputs[chosen], targets[chosen])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        if step % 100 == 0:
            print(f"step {step} train loss {loss.item():.6f}", flush=True)


def main() -> None:
    options = parse_options()
    folder = options.output_dir or Path("runs", f"{options.type}-{options.seed}")
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    model = MODELS[options.type](options.width, options.dropout)
    train(model, options)
    inputs, targets = encoded(invented(NAMES))
    loss = evaluate(model, inputs[-TESTED:], targets[-TESTED:])
    print(f"test loss {loss:.6f}")
    (folder / "result.json").write_text(json.dumps({"test_loss": loss}) + "\n")


if __name__ == "__main__":
    main()
