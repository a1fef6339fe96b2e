"""What is said costs nothing to load: no arrays, no drawing, no templates."""

import subprocess
import sys

HEAVY = ("numpy", "scipy", "matplotlib", "rich", "jinja2", "pydantic", "ray", "torch")
MODULES = (
    *("markdown", "report_json", "page", "progress", "headline", "listing"),
    *("words", "rows", "background", "escape", "numbers", "repro", "policy_text"),
)


def test_the_presentation_loads_without_any_heavy_package() -> None:
    imports = "; ".join(f"import bot.presentation.{one}" for one in MODULES)
    asked = f"{imports}; import sys; print(*set({HEAVY!r}) & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
