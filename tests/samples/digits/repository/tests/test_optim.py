import torch

from optim import SGD


def descend(make_optimizer):
    target = torch.linspace(-1, 1, 7)
    parameter = torch.nn.Parameter(torch.ones(7))
    optimizer = make_optimizer([parameter], lr=0.1, momentum=0.9, weight_decay=0.01)
    for _ in range(20):
        optimizer.zero_grad()
        (parameter - target).pow(2).sum().backward()
        optimizer.step()
    return parameter.detach()


def test_twenty_steps_end_where_those_of_torch_end():
    torch.testing.assert_close(descend(SGD), descend(torch.optim.SGD))
