"""Trials on machines: dispatcher, node agents, launch, metrics. Knows nothing of the bot."""
