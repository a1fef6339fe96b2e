"""The dispatcher: claims wanted trials, places them, watches them, stores their ends.

A process of its own, and the only driver of Ray.
"""

from workers.cluster.interface import Capacity
from workers.dispatcher.leader import LeaderLock
from workers.dispatcher.lifeline import Lifeline
from workers.dispatcher.loop import Dispatcher, Tempo
from workers.dispatcher.service import Site, serve

__all__ = ["Capacity", "Dispatcher", "LeaderLock", "Lifeline", "Site", "Tempo", "serve"]
