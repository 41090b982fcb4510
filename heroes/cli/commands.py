"""The command `heroes` and everything below it."""

import click

from heroes import __version__
from heroes.cli import docs, export, results, season, serving, upkeep


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="heroes")
def heroes() -> None:
    """heroes: an awards platform. `heroes demo` shows it in one command."""


for command in (
    serving.demo,
    serving.init,
    season.season,
    serving.serve,
    upkeep.worker,
    upkeep.database,
    upkeep.doctor,
    upkeep.backup,
    upkeep.restore,
    upkeep.audit,
    results.results,
    results.import_,
    export.export,
    docs.docs,
):
    heroes.add_command(command)
