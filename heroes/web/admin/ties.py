"""How equal scores were parted, in sentences with titles in place of references."""

import re
from collections.abc import Iterable, Mapping
from types import SimpleNamespace

from heroes.domain.counting import Standing, TieStep


def ties(standings: Iterable[Standing], names: Mapping[str, str]) -> list[SimpleNamespace]:
    """Each group of one score, with the sentences that parted it or say why it could not be parted."""
    found: dict[tuple[str, ...], dict[str, TieStep]] = {}
    for one in standings:
        if not one.tie:
            continue
        group = tuple(entry for part in one.tie[0].order for entry in part)
        for step in one.tie:
            found.setdefault(tuple(sorted(group)), {}).setdefault(step.sentence, step)
    return [
        SimpleNamespace(
            names=[names.get(entry, entry) for entry in group],
            sentences=[said_of(step, names) for step in steps.values()],
        )
        for group, steps in found.items()
    ]


def said_of(step: TieStep, names: Mapping[str, str]) -> str:
    """The sentence of a tie-break with titles in place of references."""
    entries = sorted((entry for part in step.order for entry in part), key=len, reverse=True)
    pattern = "|".join(rf"\b{re.escape(entry)}\b" for entry in entries)
    return re.sub(pattern, lambda found: names.get(found[0], found[0]), step.sentence)
