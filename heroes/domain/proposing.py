"""An outcome rule applied to the lines of a result: for every entry a proposed outcome and the reason, in words.

A proposal binds nobody: whoever decides does so with it in view. Scores are compared unrounded, and shown with as many
digits as it takes to see the difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from heroes.domain.outcomes import HUNDRED, Level, Measure, OutcomeRule, plain

MOST_DIGITS = 12


class Kind(StrEnum):
    """What is proposed for an entry, or why nothing is."""

    LEVEL = "level"
    TOWARDS = "towards"
    NO_PLACE = "no_place"
    TIED = "tied"
    WAITS = "waits"
    SAME_ORGANISATION = "same_organisation"
    SMALL_FIELD = "small_field"
    NOT_JUDGED = "not_judged"
    DECIDED = "decided"


KIND_WORDS: dict[Kind, str] = {
    Kind.TOWARDS: "Working towards",
    Kind.NO_PLACE: "No place left",
    Kind.TIED: "Level on the line",
    Kind.WAITS: "Waits for those level above",
    Kind.SAME_ORGANISATION: "Its organisation has one",
    Kind.SMALL_FIELD: "Field too small",
    Kind.NOT_JUDGED: "No score",
    Kind.DECIDED: "Decided",
}
"""A proposal in two or three words; a level says its name."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry as a rule sees it. `shares`: criterion's key -> its mean's share of the scale, out of 100.

    `level` is one that it holds already; `decided` that nothing is left to propose; `set_aside` that it is no longer
    in the field. Equal `organisation` or `person` texts are the same organisation or person; empty ones are nobody's.
    """

    key: str
    name: str
    rank: int | None
    score: Decimal | None
    shares: Mapping[str, Decimal | None] = field(default_factory=dict)
    organisation: str = ""
    person: str = ""
    level: str = ""
    decided: bool = False
    set_aside: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """What an entry lacks: the score (`what` is empty) or a criterion's mean, and what is asked of it."""

    what: str
    has: Decimal | None
    asks: Decimal

    @property
    def sentence(self) -> str:
        """The gap with its size: "Access: 52.5 of 100, and 55 is asked: 2.5 short."."""
        if self.has is None:
            return f"{self.what or 'The score'}: nobody marked it, and {plain(self.asks)} is asked."
        of = "out of 100" if not self.what else "of 100"
        start = f"{self.what}: " if self.what else ""
        short = told(self.asks - self.has, Decimal(0))
        return f"{start}{told(self.has, self.asks)} {of}, and {plain(self.asks)} is asked: {short} short."


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rule proposes for one entry, and why. `warning` is for whoever decides, and binds nobody either."""

    key: str
    kind: Kind
    reason: str
    level: str = ""
    gaps: tuple[Gap, ...] = ()
    warning: str = ""


def told(value: Decimal, against: Decimal) -> str:
    """A number with the fewest digits, one at least, that show whether it is above, below or equal to the other."""
    if value == against:
        return plain(value)
    for digits in range(1, MOST_DIGITS + 1):
        rounded = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
        if rounded != against and (rounded < against) == (value < against):
            return f"{rounded:f}"
    return f"{value:f}"


def line_reason(
    place: int | None, score: Decimal | None, places: int | None, at_least: Decimal | None
) -> str:
    """What a line of so many places, or of a score, or of both says about one entry; empty where nothing is drawn."""
    if place is None or score is None:
        return "" if places is None and at_least is None else "it has no score to compare"
    parts = []
    if at_least is not None:
        parts.append(f"{told(score, at_least)} out of 100, and {plain(at_least)} is asked")
    if places is not None:
        parts.append(f"place {place}, with {places} place{'' if places == 1 else 's'}")
    return "; ".join(parts)


def share_of(value: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """A mean as a share of its scale, out of 100."""
    return (value - low) * HUNDRED / (high - low)


def gaps_to(
    rule: OutcomeRule,
    level: Level,
    score: Decimal | None,
    shares: Mapping[str, Decimal | None],
    measures: Sequence[Measure],
) -> tuple[Gap, ...]:
    """What keeps an entry from a level, places apart: the score first, then the criteria in their order."""
    found = []
    if level.at_least is not None and (score is None or score < level.at_least):
        found.append(Gap("", score, level.at_least))
    floors = rule.floors_of(level, measures)
    for one in measures:
        has = shares.get(one.key)
        if one.key in floors and (has is None or has < floors[one.key]):
            found.append(Gap(one.name, has, floors[one.key]))
    return tuple(found)


def propose(
    rule: OutcomeRule,
    candidates: Sequence[Candidate],
    measures: Sequence[Measure],
    elsewhere: Mapping[str, str] | None = None,
) -> dict[str, Proposal]:
    """Candidate's key -> what the rule proposes for it, for every one of them.

    Entries of equal rank are never parted: where they do not all fit into the places of a level, none of them is
    proposed, and of what has places below it nothing is. `elsewhere`: person -> where else they are awarded.
    """
    return _Proposing(rule, candidates, measures, elsewhere or {}).found()


class _Proposing:
    def __init__(
        self,
        rule: OutcomeRule,
        candidates: Sequence[Candidate],
        measures: Sequence[Measure],
        elsewhere: Mapping[str, str],
    ) -> None:
        self.rule, self.candidates, self.measures = rule, candidates, measures
        self.elsewhere = elsewhere
        self.proposed: dict[str, Proposal] = {}
        self.holders = {c.organisation: c for c in candidates if c.level and c.organisation}
        self.blocked = ""
        """The level whose places those level on its line wait for, once there is one."""

    def found(self) -> dict[str, Proposal]:
        field_size = 0
        for one in self.candidates:
            if one.decided or one.level:
                self._say(one, Kind.DECIDED, "It is decided already.")
            elif one.rank is None or one.score is None:
                self._say(one, Kind.NOT_JUDGED, "It has no score to compare.")
            if one.rank is not None and not one.set_aside:
                field_size += 1
        waiting = [one for one in self.candidates if one.key not in self.proposed]
        if field_size < self.rule.minimum_field:
            asked = self.rule.minimum_field
            for one in waiting:
                there = "entry is" if field_size == 1 else "entries are"
                self._say(one, Kind.SMALL_FIELD, f"{field_size} {there} in the field, and {asked} are asked.")
            waiting = []
        for level in self.rule.levels:
            waiting = self._give(level, waiting)
        for one in waiting:
            self._leave(one)
        self._warn()
        return {one.key: self.proposed[one.key] for one in self.candidates}

    def _say(
        self, one: Candidate, kind: Kind, reason: str, level: str = "", gaps: tuple[Gap, ...] = ()
    ) -> None:
        self.proposed[one.key] = Proposal(one.key, kind, reason, level, gaps)

    def _give(self, level: Level, waiting: Sequence[Candidate]) -> list[Candidate]:
        """Propose a level for those who get it; gives back everybody about whom nothing is said yet."""
        free = None
        if level.places is not None:
            free = level.places - sum(one.level == level.key for one in self.candidates)
            if self.blocked:
                return list(waiting)
        for level_ones in _groups([one for one in waiting if not self._gaps(one, level)]):
            group, twins = self._by_organisation(level_ones)
            needed = len(group) + len({one.organisation for one in twins})
            if free is not None and needed > free:
                if free > 0:
                    self._tie(level, [*group, *twins], free)
                break
            for one in group:
                self._say(one, Kind.LEVEL, self._because(one, level), level.key)
                if one.organisation:
                    self.holders.setdefault(one.organisation, one)
            if twins:
                self._tie_of_one_organisation(twins)
            free = None if free is None else free - needed
        return [one for one in waiting if one.key not in self.proposed]

    def _by_organisation(self, group: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
        """Those of a group who may get it, and those of one organisation who are level with each other."""
        if not self.rule.one_per_organisation:
            return list(group), []
        left = []
        for one in group:
            holder = self.holders.get(one.organisation) if one.organisation else None
            if holder is None:
                left.append(one)
            else:
                self._say(
                    one,
                    Kind.SAME_ORGANISATION,
                    f"One entry of an organisation is awarded, and {holder.name} of the same one stands above it.",
                )
        names = [one.organisation for one in left if one.organisation]
        twins = [one for one in left if one.organisation and names.count(one.organisation) > 1]
        return [one for one in left if one not in twins], twins

    def _tie(self, level: Level, tied: Sequence[Candidate], free: int) -> None:
        self.blocked = level.name
        places = "1 place is" if free == 1 else f"{free} places are"
        for one in tied:
            self._say(
                one,
                Kind.TIED,
                f"{places} left for {level.name}, and {len(tied)} entries are level in place {one.rank}:"
                " somebody has to decide between them.",
            )

    def _tie_of_one_organisation(self, twins: Sequence[Candidate]) -> None:
        for one in twins:
            others = [t.name for t in twins if t.organisation == one.organisation and t is not one]
            self._say(
                one,
                Kind.TIED,
                f"It is level with {' and '.join(others)} of the same organisation, and one of them can be awarded.",
            )
            self.holders.setdefault(one.organisation, one)

    def _gaps(self, one: Candidate, level: Level) -> tuple[Gap, ...]:
        return gaps_to(self.rule, level, one.score, one.shares, self.measures)

    def _because(self, one: Candidate, level: Level) -> str:
        """Why it gets a level, and what keeps it from the next better one that is open to everybody."""
        assert one.score is not None
        parts = []
        if level.at_least is not None:
            parts.append(
                f"{told(one.score, level.at_least)} out of 100, and {plain(level.at_least)} is asked"
            )
        if self.rule.floors_of(level, self.measures):
            parts.append("no criterion is under its floor")
        if level.places is not None:
            parts.append(f"place {one.rank}")
        reason = _sentence("; ".join(parts))
        better = self.rule.levels[: self.rule.levels.index(level)]
        missed = next((b for b in reversed(better) if self._gaps(one, b)), None)
        if missed is not None:
            reason += f" For {missed.name}: {_joined(self._gaps(one, missed))}"
        return reason

    def _leave(self, one: Candidate) -> None:
        """Say why an entry gets nothing: below the easiest level, behind a tie, or no place left."""
        easiest = self.rule.levels[-1]
        gaps = self._gaps(one, easiest)
        if gaps:
            self._say(one, Kind.TOWARDS, f"For {easiest.name}: {_joined(gaps)}", easiest.key, gaps)
        elif self.blocked:
            self._say(one, Kind.WAITS, f"It has to be decided first who of those level gets {self.blocked}.")
        else:
            self._say(one, Kind.NO_PLACE, f"Place {one.rank}, and every place is taken by those above it.")

    def _warn(self) -> None:
        if not self.rule.one_per_person:
            return
        awarded: dict[str, list[Candidate]] = {}
        for one in self.candidates:
            if one.person and (one.level or self.proposed[one.key].kind is Kind.LEVEL):
                awarded.setdefault(one.person, []).append(one)
        for person, entries in awarded.items():
            for one in entries:
                also = [other.name for other in entries if other is not one]
                if person in self.elsewhere:
                    also.append(self.elsewhere[person])
                if also:
                    found = self.proposed[one.key]
                    self.proposed[one.key] = Proposal(
                        found.key,
                        found.kind,
                        found.reason,
                        found.level,
                        found.gaps,
                        f"The same person would be awarded twice: {' and '.join(also)}.",
                    )


def _groups(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """The candidates by rank, best first."""
    ranks: dict[int, list[Candidate]] = {}
    for one in candidates:
        assert one.rank is not None
        ranks.setdefault(one.rank, []).append(one)
    return [ranks[rank] for rank in sorted(ranks)]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _joined(gaps: Sequence[Gap]) -> str:
    return " ".join(gap.sentence for gap in gaps)
