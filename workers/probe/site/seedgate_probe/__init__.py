"""The probe: what runs inside a user's training process.

Only the standard library is imported, and torch only where the user's code imports it:
every function that needs it gets the module as an argument. It runs under whatever
Python the trial uses (3.9 or later), so it is written without newer syntax, and it
fails open: an error of its own is noted as a fault and never reaches the user's code.
"""
