"""Opens a store as a process of its own, and halts where it is told to.

    python -m tests.adapters.store.migrating URL WORDS

Says `halted` before the first statement that holds the words, or before the COMMIT of
a transaction that made tables, and goes on when it is sent a line. Says how many tables
it made when it has the store open.
"""

import sys

from sqlalchemy import Engine, event

from bot.adapters.store import SqlStore


def main() -> None:
    """Open the store, and close it."""
    url, words = sys.argv[1:]
    made = list[str]()
    left = [words] if words else []

    def halt(statement: str) -> None:
        if left and left[0] in statement:
            left.clear()
            print("halted", flush=True)
            sys.stdin.readline()

    def executes(*given: object) -> None:
        statement = str(given[2]).strip()
        halt(statement)
        made.extend([statement] if statement.startswith("CREATE TABLE") else [])

    event.listen(Engine, "before_cursor_execute", executes)
    event.listen(Engine, "commit", lambda _: halt("COMMIT" if made else ""))
    SqlStore(url, float).close()
    print(len(made), flush=True)


if __name__ == "__main__":
    main()
