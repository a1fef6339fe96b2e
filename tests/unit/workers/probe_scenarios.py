"""Small trainings, each in a forked process of its own: `probe_scenarios.py NAME..`.

The probe is in the environment. RANK is the place of a training in `SCENARIOS`, so that
a test finds its words again; torch is imported once for all of them.
"""

import atexit
import copy
import os
import random
import signal
import sys
import traceback
import warnings

import torch
import torch._dynamo  # imported by the first optimizer of a process, which is slow
from torch import nn
from torch.nn import functional as F  # noqa: N812

STEPS = 40


def batch(size=16):
    return torch.randn(size, 4), torch.randint(3, (size,))


def net(hidden=8):
    return nn.Sequential(nn.Linear(4, hidden), nn.ReLU(), nn.Linear(hidden, 3))


def fit(model, optimizer, steps=STEPS, after=lambda step: None):
    for step in range(steps):
        images, labels = batch()
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        after(step)


def seeded(make):
    torch.manual_seed(3)
    return make()


def plain(rate=0.1):
    model = seeded(net)
    fit(model, torch.optim.SGD(model.parameters(), rate))


def slightly_faster():
    plain(0.1 * (1 + 1e-4))


def renamed():
    class Other(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(4, 8), nn.Linear(8, 3)

        def forward(self, given):
            return self.second(F.relu(self.first(given)))

    model = seeded(Other)
    fit(model, torch.optim.SGD(model.parameters(), 0.1))


def normed(momentum=0.1):
    model = seeded(lambda: nn.Sequential(nn.BatchNorm1d(4, momentum=momentum), net()))
    fit(model, torch.optim.SGD(model.parameters(), 0.1))


def normed_otherwise():
    normed(0.2)


def scheduled(drop=0.1):
    model = seeded(net)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 25, drop)
    fit(model, optimizer, after=lambda step: schedule.step())


def scheduled_otherwise():
    scheduled(0.5)


def by_hand(rate=0.1):
    model = seeded(net)

    class Descent:
        def zero_grad(self):
            model.zero_grad()

        def step(self):
            with torch.no_grad():
                for one in model.parameters():
                    one.sub_(one.grad, alpha=rate)

    fit(model, Descent())


def by_hand_slightly_faster():
    by_hand(0.1 * (1 + 1e-4))


def replaced():
    """Weights that are new tensors after every step."""
    weight = seeded(lambda: torch.randn(5, requires_grad=True))
    for _ in range(STEPS):
        loss = ((weight * torch.randn(5)).sum() - 1) ** 2
        (gradient,) = torch.autograd.grad(loss, weight)
        weight = (weight - 0.01 * gradient).detach().requires_grad_()


def unmade():
    """Modules that lie about: without sizes, without memory, and hostile to looks."""

    class Hostile(nn.Module):
        def parameters(self, recurse=True):
            raise ValueError(recurse)

    class Empty(nn.Module):
        def __init__(self):
            pass

    idle = [nn.LazyLinear(3), nn.Linear(3, 3, device="meta"), Hostile(), Empty()]
    model = seeded(net)
    model.later = nn.LazyLinear(3)
    held = [*model[0].parameters(), *model[2].parameters()]
    model.forward = lambda images: model[2](model[1](model[0](images)))
    fit(model, torch.optim.SGD(held, 0.1))
    assert idle


def gathered_by_hand(rate=0.1, parts=4):
    """Gradients of several batches make one step of an optimizer of one's own."""
    model = seeded(net)
    for _ in range(STEPS):
        for _ in range(parts):
            images, labels = batch(4)
            F.cross_entropy(model(images), labels).backward()
        with torch.no_grad():
            for one in model.parameters():
                one.sub_(one.grad, alpha=rate)
        model.zero_grad()


def gathered_by_hand_faster():
    gathered_by_hand(0.2)


def by_iterators():
    """What is asked for may come from an iterator, which can be used up only once."""
    model = seeded(net)
    for _ in range(STEPS):
        images, labels = batch()
        loss = F.cross_entropy(model(images), labels)
        gradients = torch.autograd.grad(loss, model.parameters())
        torch.autograd.backward(iter([model(images).sum() * 0]))
        assert len(gradients) == 4
        with torch.no_grad():
            for one, gradient in zip(model.parameters(), gradients, strict=True):
                one.sub_(gradient, alpha=0.1)


def made_late():
    """The optimizer is made when the first gradients are there, and others before."""
    model = seeded(net)
    for _ in range(10):
        images, labels = batch()
        F.cross_entropy(model(images), labels).backward()
    fit(model, torch.optim.SGD(model.parameters(), 0.1))


def made_anew():
    model = seeded(net)
    for _ in range(STEPS):
        images, labels = batch()
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def in_phases():
    """The optimizer of the first phase would be due next, and steps no more."""
    model, other = seeded(net), seeded(net)
    first = torch.optim.SGD(model.parameters(), 0.1)
    fit(model, first, steps=9)
    fit(other, torch.optim.SGD(other.parameters(), 0.1), steps=302)
    hooks = torch.nn.modules.module._global_forward_pre_hooks
    print("hooks in the second phase:", len(hooks))


def complex_ones():
    model = seeded(lambda: nn.Linear(4, 3, dtype=torch.complex64))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    warnings.simplefilter("error")
    for _ in range(STEPS):
        loss = model(torch.randn(8, 4, dtype=torch.complex64)).abs().pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def averaged(decay=0.1):
    """An average of the network that nobody calls, and another net that only lies."""
    model = seeded(net)
    average, idle = copy.deepcopy(model), copy.deepcopy(model)

    def follow(_):
        with torch.no_grad():
            for one, other in zip(
                average.parameters(), model.parameters(), strict=True
            ):
                one.lerp_(other, decay)

    fit(model, torch.optim.SGD(model.parameters(), 0.1), after=follow)
    assert idle


def averaged_faster():
    averaged(0.2)


def wrapped():
    """A module around the model that is not called itself, as some trainers have."""

    class Whole(nn.Module):
        def __init__(self, model):
            super().__init__()
            self.model = model

    whole = Whole(seeded(net))
    fit(whole.model, torch.optim.SGD(whole.parameters(), 0.1))


def scripting():
    """Code that torch.jit compiles may ask for gradients and for losses itself."""

    class Judge(nn.Module):
        def __init__(self):
            super().__init__()
            self.say = nn.Linear(4, 3)

        def forward(self, images, labels):
            return F.cross_entropy(self.say(images), labels)

    class Slope(nn.Module):
        def forward(self, given):
            return torch.autograd.grad([given.sum()], [given])

    slope = torch.jit.script(Slope())
    print(slope(torch.ones(2, requires_grad=True)))
    model = seeded(lambda: torch.jit.script(Judge()))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for _ in range(STEPS):
        optimizer.zero_grad()
        model(*batch()).backward()
        optimizer.step()


def traced():
    """A graph of the model is recorded by stand-ins for tensors."""

    class Judge(nn.Module):
        def __init__(self):
            super().__init__()
            self.say = nn.Linear(4, 3)

        def forward(self, images, labels):
            return F.cross_entropy(self.say(images), labels)

    model = torch.fx.symbolic_trace(seeded(Judge))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for _ in range(STEPS):
        optimizer.zero_grad()
        model(*batch()).backward()
        optimizer.step()


def interrupted():
    """A signal comes while the probe reads the parameters; its handler raises."""

    class BellError(Exception):
        pass

    def ring(number, frame):
        raise BellError

    class Ringing(torch.optim.SGD):
        @property
        def param_groups(self):
            if self.__dict__.get("armed") and "_close" in names(sys._getframe()):
                self.armed = False
                os.kill(os.getpid(), signal.SIGUSR1)
            return self.__dict__["param_groups"]

        @param_groups.setter
        def param_groups(self, groups):
            self.__dict__["param_groups"] = groups

    signal.signal(signal.SIGUSR1, ring)
    model = seeded(net)
    optimizer = Ringing(model.parameters(), 0.1)
    optimizer.armed = True
    try:
        fit(model, optimizer)
    except BellError:
        print("the bell was heard", flush=True)


def names(frame):
    while frame is not None:
        yield frame.f_code.co_name
        frame = frame.f_back


def frozen_on_purpose():
    model = seeded(net)
    model[0].requires_grad_(False)
    fit(model, torch.optim.SGD(model[2].parameters(), 0.1))


def partly_held():
    model = seeded(net)
    fit(model, torch.optim.SGD(model[2].parameters(), 0.1))


def by_gradients():
    weight = seeded(lambda: torch.randn(5, requires_grad=True))
    for _ in range(STEPS):
        loss = ((weight * torch.randn(5)).sum() - 1) ** 2
        (gradient,) = torch.autograd.grad(loss, [weight])
        with torch.no_grad():
            weight.sub_(gradient, alpha=0.01)


def made_and_not_used():
    model = seeded(net)
    torch.optim.SGD(model.parameters(), 0.1)
    by_hand()


def adversaries():
    torch.manual_seed(3)
    maker, judge = nn.Linear(2, 4), nn.Linear(4, 1)
    makes = torch.optim.Adam(maker.parameters(), 0.01)
    judges = torch.optim.SGD(judge.parameters(), 0.01)
    for _ in range(STEPS):
        for optimizer, sign in ((judges, -1), (makes, 1)):
            optimizer.zero_grad()
            (sign * judge(maker(torch.randn(8, 2))).mean()).backward()
            optimizer.step()


def accumulated(parts=30):
    model = seeded(net)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for _ in range(STEPS):
        for _ in range(parts):
            images, labels = batch(4)
            (F.cross_entropy(model(images), labels) / parts).backward()
        optimizer.step()
        optimizer.zero_grad()


def closures():
    model = seeded(net)
    optimizer = torch.optim.LBFGS(model.parameters(), 0.1, max_iter=3)
    images, labels = batch()

    def loss_again():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        return loss

    for _ in range(STEPS):
        optimizer.step(loss_again)


def scaled():
    model = seeded(net)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    for step in range(STEPS):
        images, labels = batch()
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        scaler.scale(loss * (float("inf") if step == 1 else 1.0)).backward()
        scaler.step(optimizer)
        scaler.update()


def within_backward():
    model = seeded(net)
    each = {one: torch.optim.SGD([one], 0.1) for one in model.parameters()}

    def step(one):
        each[one].step()
        each[one].zero_grad()

    for one in model.parameters():
        one.register_post_accumulate_grad_hook(step)
    for _ in range(STEPS):
        images, labels = batch()
        F.cross_entropy(model(images), labels).backward()


def scripted():
    model = seeded(lambda: torch.jit.script(net()))
    fit(model, torch.optim.SGD(model.parameters(), 0.1))


def bfloat():
    model = seeded(net).to(torch.bfloat16)
    optimizer = torch.optim.AdamW(model.parameters(), 0.01)
    for _ in range(STEPS):
        images, labels = batch()
        loss = F.cross_entropy(model(images.bfloat16()).float(), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def by_keywords(shift=0):
    """A language model that computes its loss itself; one layer is never used."""

    class Speaker(nn.Module):
        def __init__(self):
            super().__init__()
            self.look = nn.Embedding(20, 16, sparse=True)
            self.say, self.unused = nn.Linear(16, 20), nn.Linear(3, 3)

        def forward(self, words, targets=None):
            said = self.say(self.look(words))
            loss = F.cross_entropy(said.view(-1, 20), targets.view(-1))
            return {"said": said, "loss": loss}

    model = seeded(Speaker)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for _ in range(STEPS):
        words = torch.randint(20, (4, 8))
        loss = model(words=words, targets=(words + shift) % 20)["loss"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def other_targets():
    by_keywords(1)


def criterion():
    model, told = seeded(net), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for _ in range(STEPS):
        images, labels = batch()
        optimizer.zero_grad()
        told(model(images), labels).backward()
        optimizer.step()


def own_seed():
    random.seed(11)
    torch.manual_seed(12)
    unseeded()


def unseeded():
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), random.choice([0.1, 0.2, 0.3]))
    fit(model, optimizer)


def short():
    model = seeded(net)
    fit(model, torch.optim.SGD(model.parameters(), 0.1), steps=3)


def crashing():
    short()
    raise ValueError("this is the end")


def leaving():
    short()
    os._exit(0)


def nothing():
    with torch.no_grad():
        net()(torch.randn(2, 4))


def strange():
    """Parameters that the probe cannot read."""

    class Odd(torch.optim.SGD):
        def step(self):
            super().step()
            self.param_groups = None

    model = seeded(net)
    optimizer = Odd(model.parameters(), 0.1)
    images, labels = batch()
    F.cross_entropy(model(images), labels).backward()
    optimizer.step()
    print("the run went on", flush=True)


def exploding():
    model = seeded(net)
    fit(model, torch.optim.SGD(model.parameters(), 1e6))


def blind_to_input():
    class Deaf(nn.Module):
        def __init__(self):
            super().__init__()
            self.say = nn.Linear(4, 3)

        def forward(self, given):
            return self.say(given * 0)

    model = seeded(Deaf)
    fit(model, torch.optim.SGD(model.parameters(), 0.1))


def badly_begun():
    model = seeded(net)
    with torch.no_grad():
        model[2].weight.mul_(100)
    fit(model, torch.optim.SGD(model.parameters(), 1e-3))


def frozen_by_mistake():
    model = seeded(net)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for _ in range(STEPS):
        images, labels = batch()
        with torch.no_grad():
            inner = model[0](images)
        optimizer.zero_grad()
        F.cross_entropy(model[2](F.relu(inner)), labels).backward()
        optimizer.step()


SCENARIOS = (
    plain,
    slightly_faster,
    renamed,
    normed,
    normed_otherwise,
    scheduled,
    scheduled_otherwise,
    by_hand,
    by_hand_slightly_faster,
    by_gradients,
    made_and_not_used,
    adversaries,
    accumulated,
    closures,
    scaled,
    within_backward,
    scripted,
    bfloat,
    by_keywords,
    other_targets,
    criterion,
    own_seed,
    unseeded,
    short,
    crashing,
    leaving,
    nothing,
    strange,
    exploding,
    blind_to_input,
    badly_begun,
    frozen_by_mistake,
    gathered_by_hand,
    gathered_by_hand_faster,
    by_iterators,
    made_late,
    made_anew,
    in_phases,
    complex_ones,
    averaged,
    averaged_faster,
    wrapped,
    scripting,
    traced,
    interrupted,
    frozen_on_purpose,
    partly_held,
    replaced,
    unmade,
)


def alone(scenario):
    """One scenario, ended as a process ends, but for the slow end of a library."""
    status = 0
    try:
        scenario()
    except Exception:
        traceback.print_exc()
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(status)


def main(names):
    for scenario in SCENARIOS:
        if scenario.__name__ not in names:
            continue
        process = os.fork()
        if process == 0:
            os.environ["RANK"] = str(SCENARIOS.index(scenario))
            alone(scenario)
        os.waitpid(process, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
