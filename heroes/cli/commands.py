"""The command `heroes` and everything below it.

A command's module is imported when the command is called: what computes results loads numpy and scipy, and `heroes
serve`, whose workers are its own copies, must never.
"""

from dataclasses import dataclass
from importlib import import_module

import click

from heroes import __version__


@dataclass(frozen=True, slots=True)
class Lazy:
    """A command that is imported by name when it is called, with the line that the list of commands shows."""

    module: str
    name: str
    line: str


COMMANDS = {
    "audit": Lazy("upkeep", "audit", "Look after the audit trail."),
    "backup": Lazy("upkeep", "backup", "Write database, files and the installation's keys into FILE."),
    "db": Lazy("upkeep", "database", "Look after the database."),
    "demo": Lazy("demonstrating", "demo", "Show a living awards season on this machine."),
    "docs": Lazy("docs", "docs", "Write states.md, permissions.md and notices.md."),
    "doctor": Lazy("upkeep", "doctor", "Look whether everything works."),
    "export": Lazy("export", "export", "Take out what a season holds."),
    "import": Lazy("importing", "import_", "Bring in what was collected elsewhere."),
    "init": Lazy("serving", "init", "Make the programme and its first owner."),
    "plan": Lazy("plan", "plan", "Say how many reviews make how sure a shortlist."),
    "restore": Lazy("upkeep", "restore", "Fill an empty installation from FILE."),
    "results": Lazy("results", "results", "Print the standings of a category, best first."),
    "season": Lazy("season", "season", "Set up a season."),
    "serve": Lazy("serving", "serve", "Serve the pages."),
    "verify": Lazy("verify", "verify", "Work the result in FILE out again."),
    "worker": Lazy("working", "worker", "Deliver mail, compute results, make releases."),
}
HIDDEN = {"demo-build": Lazy("building", "build", ""), "demo-serve": Lazy("serving", "demo_serve", "")}


class LazyGroup(click.Group):
    """A group that knows its commands by name only, until one of them is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command that people type."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module, and only that."""
        lazy = COMMANDS.get(cmd_name) or HIDDEN.get(cmd_name)
        if lazy is None:
            return None
        command: click.Command = getattr(import_module(f"heroes.cli.{lazy.module}"), lazy.name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].line) for name in self.list_commands(ctx)])


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="heroes")
def heroes() -> None:
    """heroes: an awards platform. `heroes demo` shows it in one command."""
