"""The intake of webhooks alone as a process of its own, to be measured and killed.

    python -m tests.web.hook_server URL_OF_THE_STORE [PORT]

Prints its port when it takes deliveries. Nobody works off what it keeps.
"""

import sys
import time

from bot.adapters.store import SqlInbox
from bot.web import Receiver, application, secrets
from bot.web.serving import listen, server
from tests.web.wire import SECRET


def main() -> None:
    """Serve until killed."""
    inbox = SqlInbox(sys.argv[1], time.time)
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    listening = listen("127.0.0.1", port)
    print(listening.getsockname()[1], flush=True)
    receiver = Receiver(inbox, secrets(SECRET), time.time)
    server(application(receiver, inbox)).run(sockets=[listening])


if __name__ == "__main__":
    main()
