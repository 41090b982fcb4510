"""How a command fails: one clear line on stderr, and a status that is not zero."""

import sys
from typing import NoReturn

import click

BAD_INPUT = 2


def fail(line: str, status: int = BAD_INPUT) -> NoReturn:
    """Stop with one line on stderr."""
    click.echo(f"heroes: {line}", err=True)
    sys.exit(status)
