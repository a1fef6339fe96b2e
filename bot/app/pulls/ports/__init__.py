"""What the App keeps of pull requests; one fake and one database behind each port.

Every method may raise `MachineryFault`. One call is one transaction. Times are Unix
seconds by our clock.
"""

from bot.app.pulls.ports.alarms import Alarms, Due
from bot.app.pulls.ports.notes import Notes
from bot.app.pulls.ports.outbox import Outbox, PostState, Queued, Remote
from bot.app.pulls.ports.register import Pin, Register, Remark
from bot.app.pulls.ports.store import PullStore

__all__ = [
    "Alarms",
    "Due",
    "Notes",
    "Outbox",
    "Pin",
    "PostState",
    "PullStore",
    "Queued",
    "Register",
    "Remark",
    "Remote",
]
