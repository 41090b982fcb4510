"""What operators type."""

import sys
from collections.abc import Sequence

from heroes.cli.commands import heroes


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a failure is one clear line on stderr and a status that is not zero."""
    heroes.main(args=list(arguments) if arguments is not None else None, prog_name="heroes")


__all__ = ["main", "sys"]
