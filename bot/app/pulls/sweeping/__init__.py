"""What is found without being told: sweeps, bases that moved, lost deliveries."""
