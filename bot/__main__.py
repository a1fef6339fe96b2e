"""`python -m bot` is `seedgate`."""

from bot.cli import main

main()
