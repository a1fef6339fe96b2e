"""Words for a repository that has the App and no policy: told once, in an issue."""

from bot.domain.policy import POLICY_PATH

TITLE = "Seedgate is installed"
BODY = (
    "Seedgate can look at pull requests of this repository now. It says nothing before "
    f"there is a policy: `{POLICY_PATH}` on the default branch.\n\n"
    "To begin, run `seedgate init` in a checkout: it writes a first policy with what "
    "it finds there. `seedgate check` reads it as Seedgate will, and `seedgate local` "
    "judges a branch on your own machine before anybody depends on it. Commit the file "
    "to the default branch, and pull requests are judged from then on.\n\n"
    "This is told once. Close the issue, or uninstall the App, if it is not wanted "
    "here."
)
