"""The form of one score set: what was typed as it stands on the page, read from and turned into plain data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from heroes.domain.score_sets import BadScoreSet, Criterion, parse, weighed, weights_said
from heroes.models.seasons import ScoreSetDesign
from heroes.services.score_set_designs import Edit

MOST = 60
"""So many rows of one kind a form may carry; more is nobody's score set."""
_POINTS = (
    ("0", "0", "Nothing offered", "Nothing was offered on this point."),
    ("1", "2", "Off the point", "Something was said, but not about this."),
    ("3", "4", "Key points missing", "Attempted; what matters most is not there."),
    ("5", "5", "Meets it", "Does what the criterion asks."),
    ("6", "7", "Meets it and adds", "Does what it asks, and brings something of its own."),
    ("8", "9", "Strong, with evidence", "Well above what is asked, and shown rather than claimed."),
    ("10", "10", "A model for others", "Complete and measured. Others should copy it."),
)


@dataclass(frozen=True, slots=True)
class PointRow:
    """One worded point of a scale."""

    low: str = ""
    high: str = ""
    word: str = ""
    text: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing is typed in it."""
        return not (self.low or self.high or self.word or self.text)


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """One scale that criteria use."""

    name: str = ""
    low: str = "0"
    high: str = "10"
    step: str = "1"
    points: tuple[PointRow, ...] = ()


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion; `scale` is the number of its scale on the page, from 1."""

    key: str = ""
    name: str = ""
    help: str = ""
    weight: str = ""
    scale: int = 1
    apart: bool = False
    floor: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing is typed in it."""
        return not (self.key or self.name or self.help or self.weight or self.floor)


USUAL = ScaleRow("Nought to ten", points=tuple(PointRow(*one) for one in _POINTS))
"""What a new score set begins with."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A score set as the page has it."""

    name: str
    comment_words: str
    reasons: bool
    criteria: tuple[CriterionRow, ...]
    scales: tuple[ScaleRow, ...]
    version: int = 0

    @property
    def parsed(self) -> tuple[Criterion, ...] | None:
        """The criteria, where all of them can be read."""
        try:
            return parse(self._raw()[0])
        except BadScoreSet:
            return None

    @property
    def weights(self) -> str:
        """How far the weights are, where they can be read."""
        found = self.parsed
        return "–" if found is None else weights_said(weighed(found))

    def edit(self) -> Edit:
        """The same for the service."""
        return Edit(self.name, self._raw()[0], self.comment_words, self.reasons)

    def errors_of(self, errors: Mapping[str, str]) -> dict[str, str]:
        """Errors of criteria, by the field of the page that they belong to."""
        _, names = self._raw()
        return {_renamed(name, names): text for name, text in errors.items()}

    def loose(self) -> dict[str, str]:
        """A sentence for each scale that no criterion uses and that saving would lose."""
        used = {one.scale for one in self.criteria if not one.is_blank}
        usual = len(self.scales) == 1 and self.scales[0] == USUAL and not used
        return {
            f"scale-{n}-name": "No criterion uses this scale. Choose it for one, or take it away."
            for n, _ in enumerate(self.scales, 1)
            if n not in used and not usual
        }

    def _raw(self) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """The criteria as plain data without blank rows, and how the fields of that data are called on the page."""
        raw: list[dict[str, Any]] = []
        names: dict[str, str] = {}
        for row, one in enumerate(self.criteria, 1):
            if one.is_blank:
                continue
            number = one.scale if 1 <= one.scale <= len(self.scales) else 1
            scale = self.scales[number - 1]
            points = [(n, point) for n, point in enumerate(scale.points, 1) if not point.is_blank]
            raw.append(
                {
                    "key": one.key,
                    "name": one.name,
                    "help": one.help,
                    "weight": one.weight,
                    "low": scale.low,
                    "high": scale.high,
                    "step": scale.step,
                    "scale": scale.name or f"Scale {number}",
                    "points": [
                        {"from": p.low, "to": p.high, "word": p.word, "text": p.text} for _, p in points
                    ],
                    "counts": not one.apart,
                    "floor": one.floor or None,
                }
            )
            here = f"criterion-{len(raw)}"
            names |= {
                f"{here}-{name}": f"criterion-{row}-{name}" for name in ("name", "help", "weight", "floor")
            }
            names |= {
                f"{here}-{name}": f"scale-{number}-{name}" for name in ("low", "high", "step", "points")
            }
            names[f"{here}-scale"] = f"scale-{number}-name"
            for at, (n, _) in enumerate(points, 1):
                for name in ("from", "to", "word", "text"):
                    names[f"{here}-points-{at}-{name}"] = f"scale-{number}-point-{n}-{name}"
        return raw, names


def _renamed(name: str, names: Mapping[str, str]) -> str:
    return names.get(name, name)


def of_design(design: ScoreSetDesign) -> Typed:
    """The form of a working copy as it was kept; one without criteria has the usual scale and a row to begin with."""
    scales: list[ScaleRow] = []
    rows: list[CriterionRow] = []
    for one in design.criteria:
        scale = ScaleRow(
            one.get("scale") or "",
            str(one["low"]),
            str(one["high"]),
            str(one["step"]),
            tuple(
                PointRow(str(p["from"]), str(p["to"]), p.get("word") or "", p.get("text") or "")
                for p in one.get("points") or ()
            ),
        )
        if scale not in scales:
            scales.append(scale)
        rows.append(
            CriterionRow(
                one["key"],
                one["name"],
                one.get("help") or "",
                str(one["weight"]) if one.get("counts", True) else "",
                scales.index(scale) + 1,
                not one.get("counts", True),
                str(one["floor"]) if one.get("floor") is not None else "",
            )
        )
    return Typed(
        design.name,
        str(design.comment_words) if design.comment_words else "",
        design.reason_for_extremes,
        tuple(rows) or (CriterionRow(),),
        tuple(scales) or (USUAL,),
        design.version,
    )


def of_form(form: MultiDict[str, str], version: int) -> Typed:
    """The form as it was posted."""
    return Typed(
        form.get("name", "").strip(),
        form.get("comment_words", "").strip(),
        "reasons" in form,
        tuple(
            CriterionRow(
                form.get(f"{here}-key", ""),
                form.get(f"{here}-name", "").strip(),
                form.get(f"{here}-help", "").strip(),
                form.get(f"{here}-weight", "").strip(),
                _whole(form.get(f"{here}-scale", "1")) or 1,
                f"{here}-apart" in form,
                form.get(f"{here}-floor", "").strip(),
            )
            for here in _rows(form, "criterion", "name")
        ),
        tuple(
            ScaleRow(
                form.get(f"{here}-name", "").strip(),
                form.get(f"{here}-low", "").strip(),
                form.get(f"{here}-high", "").strip(),
                form.get(f"{here}-step", "").strip(),
                tuple(
                    PointRow(
                        form.get(f"{point}-from", "").strip(),
                        form.get(f"{point}-to", "").strip(),
                        form.get(f"{point}-word", "").strip(),
                        form.get(f"{point}-text", "").strip(),
                    )
                    for point in _rows(form, f"{here}-point", "from")
                ),
            )
            for here in _rows(form, "scale", "low")
        )
        or (USUAL,),
        version,
    )


def _rows(form: MultiDict[str, str], kind: str, name: str) -> Iterator[str]:
    number = 1
    while number <= MOST and f"{kind}-{number}-{name}" in form:
        yield f"{kind}-{number}"
        number += 1


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def rearranged(typed: Typed, act: str) -> Typed | None:
    """The form after one of its own buttons: a row added, taken away or moved; None for any other act."""
    what, _, number = act.rpartition("-")
    at = _whole(number) - 1
    rows, scales = list(typed.criteria), list(typed.scales)
    if act == "add-criterion":
        return replace(typed, criteria=(*rows, CriterionRow()))
    if act == "add-scale":
        return replace(typed, scales=(*scales, ScaleRow()))
    if what == "add-points" and 0 <= at < len(scales):
        more = (*scales[at].points, PointRow(), PointRow(), PointRow())
        scales[at] = replace(scales[at], points=more)
        return replace(typed, scales=tuple(scales))
    if what == "remove-scale" and 0 <= at < len(scales) > 1:
        del scales[at]
        moved = (replace(one, scale=_after_removal(one.scale, at + 1)) for one in rows)
        return replace(typed, scales=tuple(scales), criteria=tuple(moved))
    if what in ("up", "down", "remove") and 0 <= at < len(rows):
        one = rows.pop(at)
        if what != "remove":
            rows.insert(max(0, at - 1) if what == "up" else at + 1, one)
        return replace(typed, criteria=tuple(rows) or (CriterionRow(),))
    return None


def _after_removal(scale: int, gone: int) -> int:
    return 1 if scale == gone else scale - (scale > gone)


def differences(design: ScoreSetDesign, typed: Typed) -> list[tuple[str, str, str]]:
    """(what, theirs, yours) of everything that differs between the working copy as kept and the page as typed."""
    theirs = of_design(design)
    rows = [
        ("Name", theirs.name, typed.name),
        ("Words of a comment", theirs.comment_words or "0", typed.comment_words or "0"),
        ("Reasons for extremes", _yes(theirs.reasons), _yes(typed.reasons)),
    ]
    old, new = _described(theirs), _described(typed)
    names = [*old, *(name for name in new if name not in old)]
    rows += [(name, old.get(name, "not there"), new.get(name, "not there")) for name in names]
    return [(label, before or "nothing", now or "nothing") for label, before, now in rows if before != now]


def _described(typed: Typed) -> dict[str, str]:
    found = {}
    for one in typed.criteria:
        if one.is_blank:
            continue
        scale = typed.scales[one.scale - 1] if 1 <= one.scale <= len(typed.scales) else typed.scales[0]
        weight = "stands apart" if one.apart else f"weight {one.weight or '0'}"
        floor = f", floor {one.floor}" if one.floor else ""
        worded = f", {_count(scale.points)} worded points" if scale.points else ""
        found[one.name or "A criterion without a name"] = (
            f"{weight}, {scale.low} to {scale.high} in steps of {scale.step}{worded}{floor}"
            f"{'. ' + one.help if one.help else ''}"
        )
    return found


def _count(points: Sequence[PointRow]) -> int:
    return sum(not point.is_blank for point in points)


def _yes(on: bool) -> str:
    return "yes" if on else "no"
