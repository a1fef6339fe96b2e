"""A look inside training processes without a change to their code: the node's side.

The folder `site` goes first on PYTHONPATH of a trial that is to be looked at; Python
then imports its `sitecustomize` in every process that the trial starts. What the probe
writes is read here with limits, and as data only: the code that it watches could have
written it too.

Scripts that never seed are seeded; their own seeds win. Beside a whole trial only its
first process is, so that workers draw numbers of their own. Deterministic algorithms
are not switched on: that would change what runs. A mode may need them to repeat itself.
"""

from workers.probe.asking import asked, prepared
from workers.probe.seeing import seen

__all__ = ["asked", "prepared", "seen"]
