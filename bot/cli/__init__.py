"""The verbs of the `seedgate` command, one small module a verb."""
