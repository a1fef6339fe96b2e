"""Where the probe is fastened to torch."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from typing import Any

from . import compiler
from . import request as requests
from .backwards import Backwards, leaves
from .entry import Entry
from .losses import Losses
from .modules import Modules
from .session import Session
from .stepping import Stepping

TYPE_CHECKING = False
if TYPE_CHECKING:  # Python 3.8 has no such types at run time
    Call = Callable[..., Any]


def install(torch: Any, process: Any) -> Session:
    """Fasten the probe to `torch`; raises what is not as it expects."""
    session = Session(torch, process)
    Fasteners(session).fasten()
    return session


class Fasteners:
    """The hooks of one process, and what they pass on to whom."""

    def __init__(self, session: Session) -> None:
        """Nothing is fastened yet."""
        self._session = session
        self._torch = session.torch
        self._losses = Losses(session.torch)
        self._stepping = Stepping(session, self._losses)
        self._backwards = Backwards(session, self._losses)
        self._modules = Modules(session, self._entered)
        self._sanity = _sanity(session)
        self._compiled = False
        self._busy = True

    def fasten(self) -> None:
        """Put all hooks in place."""
        self._connect()
        torch, guarded = self._torch, self._session.guarded
        optimizer = sys.modules["torch.optim.optimizer"]  # the attribute is deleted
        optimizer.register_optimizer_step_pre_hook(self._before_step())
        optimizer.register_optimizer_step_post_hook(self._after_step())
        kind = optimizer.Optimizer
        kind.__init__ = self._after(kind.__init__, guarded(self._made))
        scaler = torch.amp.grad_scaler.GradScaler
        scaler.scale = self._after(scaler.scale, guarded(self._scaled))
        torch.autograd.backward = compiler.alike(
            self._backward(torch.autograd.backward), torch.autograd.backward
        )
        grad = torch.autograd.grad
        torch.autograd.grad = compiler.alike(
            self._around(grad, guarded(self._before_grad), guarded(self._after_grad)),
            grad,
        )
        torch.compile = self._around(
            torch.compile, guarded(self._before_compile), guarded(self._after_compile)
        )
        if self._sanity is not None:
            self._sanity.listen()

    def _connect(self) -> None:
        session = self._session
        session.held_elsewhere = self._stepping.held
        session.on_exit = self._at_exit
        session.on_forget = self._forget
        for steps in (self._stepping, self._backwards):
            steps.on_turn = self._turn
            steps.on_finish = self._last_looks
            if self._sanity is not None:
                steps.on_step = self._sanity.step
        self._forget()

    def _turn(self) -> None:
        """Be ready for the next step: closely where it is digested, else hardly."""
        due = self._due() or self._backwards.pending
        self._busy = due or self._session.asked.short
        self._modules.listen(wanted=due)

    def _forget(self) -> None:
        self._stepping.forget()
        self._backwards.forget()
        self._losses.forget()
        self._turn()

    def _entered(self) -> bool:
        """A model is called: what was open of a step that is not torch's is over."""
        self._backwards.settle()
        return self._due()

    @staticmethod
    def _after(call: Call, told: Call) -> Call:
        """`call`, and then `told(result, *arguments)`."""

        @functools.wraps(call)
        def heard(*args: Any, **kwargs: Any) -> Any:
            result = call(*args, **kwargs)
            told(result, *args)
            return result

        return heard

    @staticmethod
    def _around(call: Call, before: Call, after: Call) -> Call:
        """`call`, with `before(*arguments)` and, if that is true, `after(result)`."""

        @functools.wraps(call)
        def heard(*args: Any, **kwargs: Any) -> Any:
            args, kwargs = _kept(args, kwargs)
            wanted = before(*args, **kwargs)
            result = call(*args, **kwargs)
            if wanted:
                after(result)
            return result

        return heard

    def _backward(self, call: Call) -> Call:
        """`call`, heard closely where the step is digested, else only counted."""
        around = self._around(
            call,
            self._session.guarded(self._before_backward),
            self._session.guarded(self._after_backward),
        )

        @functools.wraps(call)
        def backward(*args: Any, **kwargs: Any) -> Any:
            if self._busy:
                return around(*args, **kwargs)
            self._losses.calls += 1
            own = None if self._stepping.seen else self._backwards.entry
            if own is not None:
                self._backwards.pass_by(own)
            return call(*args, **kwargs)

        return backward

    def _before_step(self) -> Call:
        slowly = self._session.guarded(self._about_to_step)

        def before(optimizer: Any, args: Any, kwargs: Any) -> None:
            if self._busy or self._stepping.known(optimizer) is None:
                slowly(optimizer)

        return before

    def _after_step(self) -> Call:
        slowly = self._session.guarded(self._stepping.after)

        def after(optimizer: Any, args: Any, kwargs: Any) -> None:
            slowly(optimizer)

        return after

    # What is heard. Every one of these is guarded: it never raises.

    def _about_to_step(self, optimizer: Any) -> None:
        if not self._stepping.seen:
            self._backwards.drop()
        self._stepping.before(optimizer)

    def _made(self, _: Any, optimizer: Any, *args: Any) -> None:
        self._stepping.made.add(optimizer)

    def _scaled(self, result: Any, _: Any, outputs: Any) -> None:
        if self._due():
            with self._session.working():
                self._losses.scaled(outputs, result)

    def _before_backward(
        self, tensors: Any = None, *args: Any, **kwargs: Any
    ) -> bool | None:
        if tensors is None:
            return None
        self._losses.calls += 1
        own = not self._stepping.seen
        found: list[Any] = []
        if self._due():
            with self._session.working():
                self._losses.take_in(tensors)
                roots = _list(self._torch, tensors)
                found = leaves(self._torch, roots) if own else []
        if own and not self._session.over:
            self._backwards.before(found)
        return own

    def _after_backward(self, _: Any) -> None:
        if not self._stepping.seen:
            self._backwards.after(None, unsure=bool(self._stepping.made))

    def _before_grad(
        self, outputs: Any = None, inputs: Any = None, *args: Any, **kwargs: Any
    ) -> bool:
        if not self._is_step(inputs, args, kwargs):
            return False
        self._losses.calls += 1
        with self._session.working():
            self._losses.take_in(outputs)
        self._backwards.before(_list(self._torch, inputs))
        return True

    def _after_grad(self, result: Any) -> None:
        made = [one for one in result if one is not None]
        self._backwards.after(made, unsure=False)

    def _is_step(self, inputs: Any, args: Any, kwargs: Any) -> bool:
        """Whether gradients that are asked for may be those of a step.

        They are not where they become part of a loss, and not inside of transforms.
        """
        torch = self._torch
        if self._stepping.made or kwargs.get("create_graph") or len(args) > 1:
            return False
        plain = (torch.Tensor, torch.nn.Parameter)
        within = torch._C._functorch.is_functorch_wrapped_tensor
        given = _list(torch, inputs) if inputs is not None else []
        return bool(given) and all(
            type(one) in plain and one.is_leaf and not within(one) for one in given
        )

    def _due(self) -> bool:
        """Whether the step that comes is digested."""
        if self._stepping.seen:
            return self._stepping.due()
        return self._backwards.due()

    def _before_compile(self, model: Any = None, *args: Any, **kwargs: Any) -> bool:
        """Let go of everything that the compiler would see."""
        session, lines = self._session, self._session.process.lines
        if isinstance(model, self._torch.nn.Module):
            session.models.is_outermost(model)
        if not self._compiled:
            self._compiled = True
            self._modules.let_go()
            session.note(compiler.NO_DATA)
            if lines.tracing:
                lines.stop()
                lines.give_up()
                session.note(compiler.NO_LINES)
        return True

    def _after_compile(self, _: Any) -> None:
        compiler.hide(self._torch)

    # The end.

    def _entries(self) -> list[Entry]:
        own = self._backwards.entry
        return [*self._stepping.entries(), *([own] if own is not None else [])]

    def _at_exit(self) -> None:
        if not self._stepping.seen:
            self._backwards.release()
        for entry in self._entries():
            entry.tell_rates()
        self._session.over = True
        self._last_looks()

    def _last_looks(self) -> None:
        """Look at the model after the last step; the run is over for all but us."""
        session = self._session
        session.tell_aside()
        if session.asked.short and session.last_call is not None:
            from . import flops

            cost = flops.of_call(self._torch, session.last_call)
            session.journal.write("flops", cost)
        if self._sanity is not None and session.optimizers:
            for check in self._sanity.checks(self._entries()):
                session.journal.write("check", check)


def _sanity(session: Session) -> Any:
    """The checks of a network, where they are asked for: they import a little more."""
    if session.asked.kind != requests.SANITY:
        return None
    from .sanity import Sanity

    return Sanity(session)


def _kept(args: Any, kwargs: Any) -> tuple[Any, Any]:
    """Arguments with a list for each iterator, which one look at it would use up."""
    named = {name: _whole(one) for name, one in kwargs.items()} if kwargs else kwargs
    return [_whole(one) for one in args], named


def _whole(value: Any) -> Any:
    return list(value) if isinstance(value, Iterator) else value


def _list(torch: Any, tensors: Any) -> list[Any]:
    group = [tensors] if isinstance(tensors, torch.Tensor) else list(tensors)
    return [one for one in group if isinstance(one, torch.Tensor)]
