"""The checkout as the tests of the house see it."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_BY_TOOLS = (
    ".git",
    ".venv",
    "instance",
    "dist",
    "htmlcov",
    "__pycache__",
    ".coverage",
    ".hypothesis",
    "*_cache",
)


def project_files() -> list[Path]:
    """Every file that is, or with the next commit may be, part of the repository; paths relative to ROOT."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        files = [Path(name) for name in listed.split("\0") if name]
    else:
        # An unpacked archive: everything but what the tools made.
        files = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
        files = [
            path
            for path in files
            if not any(Path(part).match(left) for part in path.parts for left in LEFT_BY_TOOLS)
        ]
    return [path for path in files if (ROOT / path).is_file()]
