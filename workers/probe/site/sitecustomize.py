"""Starts the probe in a Python process of a trial, then runs the file it shadows.

Python imports this before the user's code, because the node puts the folder first on
PYTHONPATH. Nothing here may fail: a process that cannot be looked at runs on as it is.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec


def _leave_path(here: str) -> None:
    """Take our folder off the path, so that nobody finds our modules by chance."""
    sys.path[:] = [one for one in sys.path if os.path.realpath(one) != here]
    sys.path_importer_cache.pop(here, None)


def _shadowed() -> "ModuleSpec | None":
    """The `sitecustomize` that would have been imported without us, or None."""
    from importlib.machinery import PathFinder

    path = [one for one in sys.path if one]
    return PathFinder.find_spec("sitecustomize", path)


def _run_shadowed() -> None:
    """Run it under its own name; its errors are its own, as if we were not here."""
    spec = _shadowed()
    if spec is None or spec.loader is None:
        return
    from importlib.util import module_from_spec

    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


_here = os.path.dirname(os.path.realpath(__file__))
try:
    if "SEEDGATE_PROBE" in os.environ:
        from seedgate_probe.start import begin

        begin(os.environ["SEEDGATE_PROBE"])
except Exception:  # the node notices that the probe left no word
    pass
_leave_path(_here)
_run_shadowed()
