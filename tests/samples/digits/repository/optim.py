"""Stochastic gradient descent, the only optimizer that this repository needs."""

from collections.abc import Iterable

import torch


class SGD:
    """Momentum and weight decay exactly as in `torch.optim.SGD`.

    Written out because the first optimizer of `torch.optim` in a process imports the
    whole compiler, which takes longer than training one of these networks.
    """

    def __init__(
        self,
        parameters: Iterable[torch.nn.Parameter],
        lr: float,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
    ) -> None:
        self.parameters = list(parameters)
        self.velocities = [torch.zeros_like(p) for p in self.parameters]
        self.lr = lr
        self.momentum = momentum
        self.weight_decay = weight_decay

    def zero_grad(self) -> None:
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        for parameter, velocity in zip(self.parameters, self.velocities, strict=True):
            gradient = parameter.grad.add(parameter, alpha=self.weight_decay)
            velocity.mul_(self.momentum).add_(gradient)
            parameter.sub_(velocity, alpha=self.lr)
