"""Placing trials on machines; `ray_cluster` alone imports Ray."""
