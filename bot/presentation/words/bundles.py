"""Words for a branch without some of its changes that is offered as a git bundle."""

HOW_TO_PUSH = (
    "Nothing was pushed. In a clone of this repository these lines fetch it, show it "
    "and push it:"
)
ENDS = (
    "The link opens for a day; the same command again gives a fresh one. A pull "
    "request of the branch is judged as any other."
)


def made(branch: str, left_out: str, kept: str) -> str:
    """What is in the bundle; the names are escaped already."""
    inside = f" It keeps {kept}." if kept else ""
    return f"{branch} is this branch without {left_out}, on the base.{inside}"
