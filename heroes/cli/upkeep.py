"""Commands that keep an installation going: the database, the doctor, backups and the audit trail."""

import os
from functools import partial
from pathlib import Path

import click

from heroes import config, migrations
from heroes.adapters.files import store_for
from heroes.adapters.mail import post_for
from heroes.adapters.signing import Ed25519Signer, fingerprint
from heroes.cli.failing import fail
from heroes.cli.running import command_app, one_clear_line, read_settings
from heroes.domain.phrases import many
from heroes.migrations import steps
from heroes.models.database import db
from heroes.services import backing_up, doctoring, proving, verifying


@click.group("db")
def database() -> None:
    """Look after the database."""


@database.command()
def upgrade() -> None:
    """Bring the database to this program's revision; an empty one gets its tables."""
    with command_app(at_head=False):
        before = migrations.current(db.engine)
        steps.upgrade(db.engine)
        after = migrations.current(db.engine)
    click.echo(f"already at {after}" if before == after else f"from {before or 'empty'} to {after}")


@click.command()
def doctor() -> None:
    """Look whether everything works: settings, database, files, mail, audit trail. One line each."""
    findings: list[doctoring.Finding] = []

    def say(finding: doctoring.Finding) -> None:
        findings.append(finding)
        click.echo(f"{'ok  ' if finding.well else 'BAD '} {finding.what:<12} {finding.said}")

    settings = read_settings()
    try:
        config.load(os.environ, serving=True)
        say(doctoring.Finding("settings", True, f"instance folder {settings.instance}"))
    except config.BadSetting as error:
        say(doctoring.Finding("settings", False, str(error)))
    say(_signing_key(settings))
    post = post_for(settings.mail_url) if settings.mail_url else None
    with command_app(settings=settings, at_head=False) as (_, make):
        ctx = make()
        ctx.session.info["read_only"] = True
        for finding in doctoring.examine(ctx, store_for(settings.storage_url), post):
            say(finding)
    bad = [finding.what for finding in findings if not finding.well]
    if bad:
        fail(f"not well: {', '.join(bad)}", 1)


def _signing_key(settings: config.Settings) -> doctoring.Finding:
    try:
        seed = config.kept_signing_seed(settings)
    except config.BadSetting as error:
        return doctoring.Finding("signing key", False, str(error))
    said = f"its fingerprint is {fingerprint(Ed25519Signer(seed).public)}" if seed else "none is needed yet"
    return doctoring.Finding("signing key", True, said)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--try", "tried", is_flag=True, help="Restore it as well, into a folder that is thrown away.")
def backup(file: Path, tried: bool) -> None:
    """Write database, files and the installation's keys into FILE, a .tar.gz, while the site goes on serving.

    With --try it is restored at once into a folder that is thrown away: what cannot be restored is no backup. A season
    can only be opened once that has been seen to work.
    """
    with command_app() as (settings, make):
        signing = config.kept_signing_seed(settings)
        manifest = backing_up.back_up(make(), store_for(settings.storage_url), file, signing)
        if tried:
            proving.try_restoring(make(), file)
        else:
            proving.keep(make(), ("backup",), file.name)
    rows = sum(part.size for part in manifest.tables.values())
    click.echo(
        f"{file}: {many(rows, 'row')} and {many(len(manifest.files), 'file')}. "
        "It holds the installation’s keys: keep it safe."
    )
    if tried:
        click.echo("It was restored into a folder of its own, and everything adds up.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Fill an empty installation from FILE, which is checked whole before anything is written."""
    with one_clear_line():
        backing_up.check_backup(file)
    with command_app(at_head=False) as (settings, make):
        manifest = backing_up.restore(
            make(), store_for(settings.storage_url), file, partial(config.keep_keys, settings)
        )
        proving.keep(make(), ("backup", "restored"), file.name)
    rows = sum(part.size for part in manifest.tables.values())
    click.echo(f"restored {many(rows, 'row')} and {many(len(manifest.files), 'file')}; everything adds up.")


@click.group()
def audit() -> None:
    """Look after the audit trail."""


@audit.command()
@click.option("--season", help="Only this season's trail; default: every one.")
@click.option("--expect", default="", metavar="HEAD", help="A head that was printed or mailed earlier.")
def verify(season: str | None, expect: str) -> None:
    """Work the audit trail out again and name the first record that was altered or removed."""
    with command_app() as (_, make):
        ctx = make()
        ctx.session.info["read_only"] = True
        checked = verifying.verify(ctx, season, expect)
    for check in checked:
        click.echo(f"{'BAD ' if check.fault else 'ok  '} {check.label}")
    bad = [check for check in checked if check.fault]
    if bad:
        fail(f"audit trail {bad[0].name}: {bad[0].fault}", 1)
