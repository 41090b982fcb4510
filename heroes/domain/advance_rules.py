"""How entries go on from a round to the next one: the rule, its sentence, and whom it proposes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

MOST = 10_000
"""More places, or judges who say yes, no rule asks for."""


class BadAdvance(ValueError):
    """A rule that cannot be used; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class AdvanceRule:
    """By hand; or so many places; or a score out of 100 to reach; or so many times yes."""

    by: str = "hand"
    places: int = 0
    at_least: Decimal = Decimal(0)

    @property
    def proposes(self) -> bool:
        """Whether it says whom to take on; by hand nobody is proposed."""
        return self.by != "hand"


def parse_advance(data: Any) -> AdvanceRule:
    """Build the rule from plain values, or raise `BadAdvance`. Nothing at all means by hand."""
    if not isinstance(data, Mapping):
        raise BadAdvance("how entries go on must be a table")
    by = data.get("by", "hand")
    known = {"hand": "", "places": "places", "score": "at_least", "yes": "at_least"}
    if not isinstance(by, str) or by not in known:
        raise BadAdvance(f"by must be one of {', '.join(known)}")
    extra = sorted(str(name) for name in data if name not in {"by", known[by]})
    if extra:
        raise BadAdvance(f"{extra[0]}: there is no such setting with by = {by!r}")
    value = data.get(known[by])
    if by == "places":
        return AdvanceRule(by, places=_whole(value, "places"))
    if by == "yes":
        return AdvanceRule(by, at_least=Decimal(_whole(value, "at_least")))
    return AdvanceRule(by, at_least=_score(value)) if by == "score" else AdvanceRule()


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise BadAdvance(f"{name} must be a whole number from 1 to {MOST:,}")
    return value


def _score(value: Any) -> Decimal:
    try:
        score = Decimal("NaN") if value is None or isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        score = Decimal("NaN")
    if not score.is_finite() or not 0 <= score <= 100:
        raise BadAdvance("at_least must be a score from 0 to 100")
    return score


def as_data(rule: AdvanceRule) -> dict[str, Any]:
    """The rule as plain values, the shortest that `parse_advance` reads as the same; numbers stay exact."""
    match rule.by:
        case "places":
            return {"by": "places", "places": rule.places}
        case "score":
            return {"by": "score", "at_least": _plain(rule.at_least)}
        case "yes":
            return {"by": "yes", "at_least": int(rule.at_least)}
    return {}


def sentence(rule: AdvanceRule) -> str:
    """The rule as everybody reads it."""
    match rule.by:
        case "places" if rule.places == 1:
            return "The best entry goes on, and any that is level with it."
        case "places":
            return f"The {rule.places:,} best entries go on, and any that is level with the last of them."
        case "score":
            return f"Every entry that reaches {_plain(rule.at_least)} out of 100 goes on."
        case "yes" if rule.at_least == 1:
            return "Every entry to which at least one judge says yes goes on."
        case "yes":
            return f"Every entry to which at least {int(rule.at_least):,} judges say yes goes on."
    return "The organisers decide who goes on."


@dataclass(frozen=True, slots=True)
class Stands:
    """Where one entry stands: its place (level ones share it), its score out of 100, and how many judges said yes."""

    key: str
    place: int | None
    score: Decimal | None
    yes: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """Whom a rule takes on, the reason for every entry either way, and what is said of a tie on the line."""

    chosen: frozenset[str]
    reasons: Mapping[str, str]
    level: frozenset[str]
    said: str = ""


def propose(rule: AdvanceRule, field: Sequence[Stands]) -> Proposal:
    """Apply a rule to a whole field. Entries on the same place are never parted; by hand nobody is chosen."""
    if not rule.proposes:
        return Proposal(frozenset(), {}, frozenset())
    reasons, chosen = {}, set()
    for one in field:
        goes, why = _judged(rule, one)
        reasons[one.key] = why
        if goes:
            chosen.add(one.key)
    level, said = _on_the_line(rule, field)
    return Proposal(frozenset(chosen), reasons, level, said)


def _judged(rule: AdvanceRule, one: Stands) -> tuple[bool, str]:
    if rule.by == "yes":
        wanted = int(rule.at_least)
        return one.yes >= wanted, f"{one.yes:,} yes, {wanted:,} needed"
    if one.score is None or one.place is None:
        return False, "No result yet"
    if rule.by == "places":
        return one.place <= rule.places, f"Place {one.place:,}, {_many(rule.places)}"
    return one.score >= rule.at_least, f"{_short(one.score)} out of 100, {_plain(rule.at_least)} needed"


def _on_the_line(rule: AdvanceRule, field: Iterable[Stands]) -> tuple[frozenset[str], str]:
    """Those who share the last place that goes on, where there are more of them than places are left."""
    if rule.by != "places":
        return frozenset(), ""
    shared = Counter(one.place for one in field if one.place is not None and one.score is not None)
    last = next((p for p, n in shared.items() if p <= rule.places < p + n - 1), None)
    if last is None:
        return frozenset(), ""
    count = shared[last]
    level = frozenset(one.key for one in field if one.place == last and one.score is not None)
    return level, (
        f"{count:,} entries share place {last:,}, which is the line. They are level after every tie-break, so they go"
        f" on together: {last + count - 1:,} entries instead of {rule.places:,}."
    )


def _many(places: int) -> str:
    return "1 place" if places == 1 else f"{places:,} places"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _short(value: Decimal) -> str:
    """Two places, rounded down, so that a score below a line never reads as one that reaches it."""
    return f"{value.quantize(Decimal('0.01'), 'ROUND_DOWN'):f}"
