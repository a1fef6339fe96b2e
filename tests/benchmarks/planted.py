# ruff: noqa: E501 - an edit stands on one line, as in the file that it changes
"""Small edits of both samples: planted changes, late ones, and some that change nothing."""

from dataclasses import dataclass

from tests.samples.names.build import Edit


@dataclass(frozen=True)
class Planted:
    """An edit of a sample, and a mode whose behaviour it changes."""

    name: str
    mode: str
    edits: tuple[Edit, ...]
    path: str = "names.py"
    sample: str = "names"


def names(title: str, mode: str, *edits: Edit) -> Planted:
    """An edit of the script with six modes."""
    return Planted(title, mode, edits)


def digits(title: str, mode: str, path: str, *edits: Edit) -> Planted:
    """An edit of the digits, whose optimizer torch knows nothing of."""
    return Planted(title, mode, edits, path, "digits")


STEP = "        loss.backward()\n"
"""The line of the names' loop before which something is put in."""
DIGITS_STEP = "        optimizer.zero_grad()\n"


def at(step: int, what: str, line: str = STEP) -> Edit:
    """From this step on, `what` is done before each backward pass."""
    return line, f"        if step >= {step}:\n            {what}\n{line}"


RATE = "[group.update(lr={}) for group in optimizer.param_groups]"

PLANTED = (
    names("learning rate of one mode, times 1.0001", "gru", ("u\": 5e-3", "u\": 5.0005e-3")),
    names("first beta .9 to .91", "rnn", ("(0.9, 0.99)", "(0.91, 0.99)")),
    names("second beta .99 to .999", "bow", ("(0.9, 0.99)", "(0.9, 0.999)")),
    names("weight decay .01 to .0101", "mlp", ("DECAY = 0.01", "DECAY = 0.0101")),
    names("gradients clipped at .1", "transformer", ("CLIP = 1.0", "CLIP = 0.1")),
    names("one more step of warm-up", "bigram", ("WARM_UP = 5", "WARM_UP = 6")),
    names("a flatter schedule", "gru", ("1.0 - 0.9 * step", "1.0 - 0.89 * step")),
    names("batches of 33", "bow", ('batch-size", type=int, default=32', 'batch-size", type=int, default=33')),
    names("dropout .1 to .11", "rnn", ("default=0.1)", "default=0.11)")),
    names("dropout after the head", "mlp", ("self.head(self.drop(hidden))", "self.drop(self.head(hidden))")),
    names("tanh to relu", "mlp", ("torch.tanh(", "torch.relu(")),
    names("gelu to silu", "bow", ("F.gelu(", "F.silu(")),
    names("random first table", "bigram", ("torch.zeros(SYMBOLS, SYMBOLS)", "0.01 * torch.randn(SYMBOLS, SYMBOLS)")),
    names("other initial letters", "gru", ("self.cell = cell(", "nn.init.normal_(self.letters.weight, std=0.5)\n        self.cell = cell(")),
    names("norm after the sum", "transformer", ("states + self.attended(self.before_attention(states))", "self.before_attention(states + self.attended(states))")),
    names("places left out", "transformer", ("self.letters(inputs) + self.places(places)", "self.letters(inputs)")),
    names("letters look ahead", "transformer", ("is_causal=True", "is_causal=False")),
    names("labels smoothed by .01", "rnn", ("ignore_index=IGNORED", "ignore_index=IGNORED, label_smoothing=0.01")),
    names("labels one place late", "gru", ("targets[row, : len(name)] = symbols", "targets[row, : len(name)] = symbols.roll(1)")),
    names("padding is learnt too", "bow", ("LONGEST), IGNORED)", "LONGEST), END)")),
    names("another data order", "mlp", ("manual_seed(options.seed)\n    optimizer", "manual_seed(options.seed + 1)\n    optimizer")),
    names("the test set is trained on", "bigram", ("    inputs, targets = inputs[:-TESTED], targets[:-TESTED]\n", "")),
    names("logits in half precision", "transformer", ("logits = model(inputs)", "logits = model(inputs).bfloat16().float()")),
    names("Adam instead of AdamW", "gru", ("torch.optim.AdamW", "torch.optim.Adam")),
    names("gradients add up", "mlp", ("        optimizer.zero_grad(set_to_none=True)\n", "")),
    names("letters frozen from step 12 on", "rnn", at(12, "model.letters.requires_grad_(False)")),
    names("rate halved at step 19", "bigram", at(19, RATE.format("1e-3"))),
    digits("own optimizer, rate times 1.0001", "mlp", "train.py", ("default=0.05", "default=0.050005")),
    digits("own optimizer, momentum .9 to .905", "conv", "train.py", ("MOMENTUM = 0.9", "MOMENTUM = 0.905")),
    digits("own optimizer, decay 1e-4 to 2e-4", "mlp", "train.py", ("DECAY = 1e-4", "DECAY = 2e-4")),
    digits("brighter images", "conv", "data.py", ("DARKEST = 16.0", "DARKEST = 15.0")),
    digits("own optimizer, rate halved at step 15", "mlp", "train.py", at(15, "optimizer.lr = 0.025", DIGITS_STEP)),
)  # fmt: skip

LATE = (
    names("rate drops at step 100", "gru", at(100, RATE.format("1e-4"))),
    names("letters frozen from step 150 on", "rnn", at(150, "model.letters.requires_grad_(False)")),
    names("dropout off from step 120 on", "mlp", at(120, "model.eval()")),
    names("batches double at step 200", "bow", at(200, "options.batch_size = 64")),
    names("a penalty from step 150 on", "transformer", at(150, "loss = loss + 0.01 * model.head.weight.square().mean()")),
    names("data in another order from step 130 on", "bigram", at(130, "order.manual_seed(0) if step == 130 else None")),
    names("no weight decay from step 110 on", "gru", at(110, "[group.update(weight_decay=0.0) for group in optimizer.param_groups]")),
    names("one odd step, the 155th", "mlp", at(155, RATE.format("0.02") + " if step == 155 else None")),
    digits("own optimizer, rate drops at step 100", "mlp", "train.py", at(100, "optimizer.lr = 0.005", DIGITS_STEP)),
    digits("training ends 50 steps early", "conv", "train.py", at(200, "break", DIGITS_STEP)),
)  # fmt: skip

SAME = (
    ("a variable renamed", ("chosen", "picked")),
    ("a constant renamed", ("WARM_UP", "RISE")),
    ("a layer renamed", ("self.head", "self.guess")),
    ("a comment more", ("def rate_at(", "# How fast to learn.\ndef rate_at(")),
    ("a formula written in another way", ("min(1.0, step / WARM_UP)", "min(step / WARM_UP, 1.0)")),
    ("a part taken out", ("        loss = loss_of(model, inputs[chosen], targets[chosen])\n", "        batch = inputs[chosen], targets[chosen]\n        loss = loss_of(model, *batch)\n")),
)  # fmt: skip
SAME_DIGITS = (
    ("a constant renamed", ("MOMENTUM", "INERTIA")),
    ("a variable renamed", ("labels", "answers")),
    ("a comment more", ("def train(", "# The loop.\ndef train(")),
    (
        "a message more",
        ("    folder.mkdir(", "    print('training')\n    folder.mkdir("),
    ),
    ("a constant written in another way", ("1e-4", "0.0001")),
    ("a number written in another way", ("start=1", "start=0 + 1")),
    ("the end told", ("    torch.save(", "    print('done')\n    torch.save(")),
)
