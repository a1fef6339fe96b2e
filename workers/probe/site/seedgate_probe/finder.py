"""Acts right after a module was first imported, before anyone else can use it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

TYPE_CHECKING = False
if TYPE_CHECKING:  # Python 3.8 has no such types at run time
    Act = Callable[[Any], None]


class Finder:
    """Stands first on `sys.meta_path`; the others find the module as they would."""

    def __init__(self, acts: dict[str, Act], around: Callable[[], Any]) -> None:
        """`acts` by module name; `around` makes a context for the import itself."""
        self._acts = dict(acts)
        self._around = around
        self._busy = False

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """The spec that the others find, with a loader that tells us when it ran."""
        if name not in self._acts or self._busy:
            return None
        self._busy = True
        try:
            spec = self._others(name, path, target)
        finally:
            self._busy = False
        if spec is not None and hasattr(spec.loader, "exec_module"):
            # It may only be asked whether there is such a module: nothing is done yet.
            spec.loader = _Loader(spec.loader, self)
        return spec

    def _others(self, name: str, path: Any, target: Any) -> Any:
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec = None if finder is self or find is None else find(name, path, target)
            if spec is not None:
                return spec
        return None

    def ran(self, module: Any, run: Callable[[Any], None]) -> None:
        """Run the module's code by `run`, then act; an act never raises."""
        act = self._acts.pop(module.__name__, None)
        if act is None:
            run(module)
            return
        try:
            with self._around():
                run(module)
        except BaseException:
            self._acts[module.__name__] = act  # it may be imported again
            raise
        act(module)


class _Loader:
    """The loader of one module, which hands itself over to the true one as it runs."""

    def __init__(self, true: Any, finder: Finder) -> None:
        self._true = true
        self._finder = finder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._true, name)

    def create_module(self, spec: Any) -> Any:
        return self._true.create_module(spec)

    def exec_module(self, module: Any) -> None:
        module.__loader__ = module.__spec__.loader = self._true
        self._finder.ran(module, self._true.exec_module)
