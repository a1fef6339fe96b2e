"""Golden files: whole texts compared with what was agreed.

After a wanted change, run the tests once with SEEDGATE_UPDATE_GOLDEN=1, read the
difference in version control, and keep it if it is what people should see.
"""

import os
from pathlib import Path

FOLDER = Path(__file__).parent


def agreed(name: str, text: str) -> str:
    """The agreed text of that name; writes `text` first if an update is asked for."""
    path = FOLDER / name
    if os.environ.get("SEEDGATE_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")
