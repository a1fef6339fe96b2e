"""`defaults` merged into every mode, before anything is judged.

What a mode says itself wins. `resources`, `metrics`, `quantities` and `references` are
merged name by name; every other key is taken whole.
"""

from bot.adapters.policy_file.tree import Table, Written

_BY_NAME = ("resources", "metrics", "quantities", "references")


def with_defaults(document: Table) -> Table:
    """The document with complete modes; what is no mapping is left as it is."""
    defaults, modes = document.get("defaults"), document.get("modes")
    if not isinstance(defaults, Table) or not isinstance(modes, Table):
        return document
    complete = Table(modes.place)
    for name, mode in modes.items():
        complete.put(name, _complete(mode, defaults), modes.keys_at[name])
    whole = _merged(document, Table(document.place))
    whole.put("modes", complete, document.keys_at["modes"])
    return whole


def _complete(mode: Written, defaults: Table) -> Written:
    if not isinstance(mode, Table):
        return mode
    complete = _merged(mode, defaults)
    for key in _BY_NAME:
        own, shared = mode.get(key), defaults.get(key)
        if isinstance(own, Table) and isinstance(shared, Table):
            complete.put(key, _merged(own, shared), mode.keys_at[key])
    return complete


def _merged(own: Table, shared: Table) -> Table:
    both = Table(own.place)
    for source in (own, shared):
        for key, value in source.items():
            if key not in both:
                both.put(key, value, source.keys_at[key])
    return both
