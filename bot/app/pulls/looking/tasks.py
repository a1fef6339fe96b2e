"""What trials are run for, made of a scene."""

from bot.app.pulls.evaluations import Task
from bot.app.pulls.looking.scene import Scene
from bot.app.pulls.looking.telling import override


def task_of(scene: Scene) -> Task:
    """What trials are run for; only where a policy rules."""
    seen, rule, pin = scene.seen, scene.rule, scene.pin
    if rule is None or pin is None:  # pragma: no cover - `next_move` sees to it
        raise AssertionError(scene)
    return Task(
        pull=seen.key,
        installation=seen.place.installation,
        digest=scene.task,
        repository=seen.source,
        full_name=seen.repository.full_name,
        base=pin.base,
        head=seen.pull.head.sha,
        base_ref=seen.pull.base.ref,
        head_ref=seen.pull.head.ref,
        policy=rule.policy,
        policy_text=rule.text,
        policy_source=rule.source,
        orders=scene.orders,
        accepted=tuple(override(one) for one in scene.accepted),
        labels=seen.pull.labels,
        description=seen.pull.body,
    )
