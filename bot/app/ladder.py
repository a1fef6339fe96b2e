"""The climb: rungs are run one after the other until one does not pass.

Every run goes through the store, so that a climb that was stopped half-way goes on
where it was: what has ended is found, rung by rung, and judged again from there.
"""

from bot.app.climbing import Climb
from bot.app.course import Course, Reached, Standing, Watch
from bot.app.engine import Pulse
from bot.app.ports import Store
from bot.domain.ladder import next_rung

__all__ = ["Course", "Reached", "Standing", "Watch", "climb"]


def climb(course: Course, store: Store, pulse: Pulse, watch: Watch) -> Reached:
    """Climb until a rung does not pass, or to the top.

    A rung passes with what was accepted (`course.accepted`) as if it were not there.
    """
    run = Climb(course, store, pulse, watch)
    while (rung := next_rung(course.ladder, run.rungs)) is not None:
        run.step(rung)
    run.refer()
    return run.reached()
