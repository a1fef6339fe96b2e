"""Starting a training command and ending all that it started."""
