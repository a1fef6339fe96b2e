"""The Seedgate bot: judges pull requests and says what it found."""
