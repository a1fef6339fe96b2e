"""Placing trials on machines: the only room that knows Ray."""
