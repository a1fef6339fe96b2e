"""The report page of an evaluation, as it is kept for whoever has a link to it."""

from dataclasses import replace

from bot.domain.trials import Trial
from bot.domain.verdict import Report


def html_of(report: Report) -> str:
    """One HTML document with all pictures inside, of bounded size.

    Where trees lie on this machine is nobody's business; so the lines that repeat a
    trial from there are left out. Whoever has a link comes from a pull request, and is
    told what to do there.
    """
    from bot.adapters.pages import bounded_page
    from bot.adapters.plots import pictures
    from bot.presentation.github.spoken import steps_on_pull

    shown = replace(report, trials=tuple(_homeless(one) for one in report.trials))
    return bounded_page(shown, pictures(report), advice=steps_on_pull)


def load_printing() -> None:
    """Import now what draws pictures: that takes longer than a page."""
    import bot.adapters.pages
    import bot.adapters.plots  # noqa: F401


def _homeless(trial: Trial) -> Trial:
    if trial.spec is None:
        return trial
    return replace(trial, spec=replace(trial.spec, objects=""))
