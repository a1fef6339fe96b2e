"""Evaluations listened to: where one finds that a baseline moves, people are told."""

from bot.app.pulls.beside.alarms import Alarms, moved_in
from bot.app.pulls.evaluations import Done, Task
from bot.compose.serving.evaluations import Show, Work
from bot.compose.serving.heartbeat import Heartbeat
from bot.domain.github import Place


def heard_by(alarms: Alarms, work: Work) -> Work:
    """The same work, whose reports the alarms hear."""

    def listened(task: Task, pulse: Heartbeat, show: Show) -> Done:
        done = work(task, pulse, show)
        if done.report is not None:
            place = Place(task.installation, task.pull.repository)
            alarms.heard(place, task.base_ref, tuple(moved_in(done.report)))
        return done

    return listened
