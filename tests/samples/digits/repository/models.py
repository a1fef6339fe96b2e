"""The two networks: images (N, 1, 8, 8) in, logits (N, 10) out."""

from torch import nn

CLASSES = 10
HIDDEN = 128
CHANNELS = (16, 32)
DROPOUT = 0.4


def mlp() -> nn.Module:
    """One hidden layer over the 64 pixels."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(8 * 8, HIDDEN),
        nn.ReLU(),
        nn.Dropout(DROPOUT),
        nn.Linear(HIDDEN, CLASSES),
    )


def conv() -> nn.Module:
    """Two 3x3 convolutions, each followed by pooling: 8x8 to 4x4 to 2x2."""
    first, second = CHANNELS
    return nn.Sequential(
        nn.Conv2d(1, first, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(first, second, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(DROPOUT),
        nn.Linear(second * 2 * 2, CLASSES),
    )


MODELS = {"mlp": mlp, "conv": conv}
