"""`heroes verify`: does a results bundle say what its marks say? Needs no database, settings or secrets."""

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from heroes.adapters.signing import fingerprint, fits, same_fingerprint
from heroes.domain import bundles
from heroes.domain.phrases import many

NOT_REPRODUCED = 1
NO_BUNDLE = 2


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", "wanted", metavar="FINGERPRINT", help="The key that it must be signed with.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def verify(file: Path, wanted: str | None, as_json: bool) -> None:
    """Work the result in FILE out again and say "reproduced", or name the first difference.

    FILE is a bundle that `heroes export results` wrote. Its signature shows that nobody has changed it since; whose
    signature it is shows only --key, with the fingerprint that the organiser published. The exit status is 0 if the
    result was reproduced, 1 if it was altered, signed by somebody else or comes out differently, and 2 if FILE is no
    bundle.
    """
    try:
        envelope = bundles.split(_read(file))
        key = fingerprint(envelope.key)
        told: dict[str, Any] = {"key": key, "key_asked_for": wanted is not None}
        if not fits(envelope.key, envelope.signature, bundles.to_sign(envelope.payload)):
            _fail(
                file, "altered: the signature does not fit what the file holds", NOT_REPRODUCED, as_json, told
            )
        if wanted is not None and not same_fingerprint(wanted, key):
            _fail(file, f"signed by another key: {key}, not {wanted}", NOT_REPRODUCED, as_json, told)
        bundle = bundles.read(envelope.payload)
        verdict = bundles.recompute(bundle)
    except bundles.BadBundle as error:
        _fail(file, str(error), NO_BUNDLE, as_json, {})
    if verdict.difference is not None:
        found = verdict.difference
        told["difference"] = {"path": found.path, "stated": found.stated, "found": found.found}
        _fail(file, f"not reproduced: {found.sentence}", NOT_REPRODUCED, as_json, told)
    told = _told(bundle, verdict) | told
    click.echo(json.dumps({"reproduced": True} | told, indent=2) if as_json else _in_words(bundle, told))


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as source:
            return source.read(bundles.MOST_BYTES + 1)
    except OSError as error:
        raise bundles.BadBundle(error.strerror or "it cannot be read") from error


def _told(bundle: bundles.Bundle, verdict: bundles.Verdict) -> dict[str, Any]:
    return {
        "identical": verdict.identical,
        "season": bundle.season,
        "category": bundle.category,
        "round": bundle.round,
        "asked": bundle.asked,
        "method": bundle.standings["method"],
        "reason": bundle.reason,
        "rules": bundle.rules,
        "marks": sum(mark.value is not None for mark in bundle.marks),
        "entries": len(bundle.entries),
        "judges": len({mark.judge for mark in bundle.marks}),
        "left_out": len(bundle.standings["left_out"]),
        "set_aside": bundle.set_aside,
        "digest": bundle.digest,
        "run": bundle.run,
        "run_digest": bundle.run_digest,
        "audit_head": bundle.audit_head,
        "made_at": bundle.made_at,
        "program": bundle.program,
    }


def _in_words(bundle: bundles.Bundle, told: dict[str, Any]) -> str:
    how = "to the last bit" if told["identical"] else "as another processor rounds it"
    reason = f" ({told['reason']})" if told["reason"] else ""
    whose = (
        "the one that was asked for"
        if told["key_asked_for"]
        else "compare it with the one that the organiser published, or give it with --key"
    )
    aside = told["left_out"] + told["set_aside"]
    numbers = (
        many(told["marks"], "mark"),
        many(told["judges"], "judge"),
        many(told["entries"], "entry", "entries"),
    )
    of_run = f"run {bundle.run}, marks {bundle.run_digest}" if bundle.run else f"marks {bundle.run_digest}"
    lines = [
        f"reproduced {how}",
        f"result   {bundle.season} / {bundle.category} / {bundle.round}",
        f"method   {told['method']}, rules {bundle.rules}{reason}",
        "marks    {} by {} for {}".format(*numbers),
        *([f"not in   {many(aside, 'scorecard')}, each with its reason in the file"] if aside else []),
        f"from     {of_run}",
        f"trail    {bundle.audit_head}",
        f"made     {bundle.made_at} by heroes {bundle.program}",
        f"key      {told['key']}: {whose}",
    ]
    return "\n".join(_printable(line) for line in lines)


def _fail(file: Path, line: str, status: int, as_json: bool, told: dict[str, Any]) -> NoReturn:
    if as_json:
        click.echo(json.dumps({"reproduced": False, "why": line} | told, indent=2))
    click.echo(_printable(f"heroes: {file}: {line}"), err=True)
    sys.exit(status)


def _printable(line: str) -> str:
    """A line in which nothing moves a terminal's cursor, whoever wrote the file."""
    return "".join(character if character.isprintable() else "�" for character in line)
