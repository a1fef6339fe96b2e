"""How the store talks to its database: opened, called, locked, and its faults."""
