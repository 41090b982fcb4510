"""`heroes docs`: write the pages of the documentation that come from the tables."""

from pathlib import Path

import click

from heroes.cli.failing import fail
from heroes.domain.generated_docs import pages


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("docs"),
    show_default=True,
    help="Where the pages are kept.",
)
@click.option("--check", is_flag=True, help="Write nothing; fail if a page is stale.")
def docs(folder: Path, check: bool) -> None:
    """Write states.md, permissions.md and notices.md from the tables that the program runs on."""
    stale = [name for name, text in pages().items() if _kept(folder / name) != text]
    if check:
        if stale:
            fail(f"{folder}: stale: {', '.join(stale)}; run: python -m heroes docs", 1)
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in stale:
            (folder / name).write_text(pages()[name], encoding="utf-8")
    except OSError as error:
        fail(f"{folder}: {error.strerror}", 1)
    click.echo(f"{folder}: {', '.join(stale) if stale else 'nothing'} written")


def _kept(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
