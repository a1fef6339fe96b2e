"""Trials on machines: dispatcher, agents, launch. Knows nothing of the bot."""
