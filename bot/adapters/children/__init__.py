"""Programs of ours as child processes: they end when we do, however we end."""

from bot.adapters.children.child import ChildProcess, Program
from bot.adapters.children.dispatcher import NODE_FILE, DispatcherProcess

__all__ = ["NODE_FILE", "ChildProcess", "DispatcherProcess", "Program"]
