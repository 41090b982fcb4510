"""What a deal would do: who would get what, whom it would cost how much time, and where it falls short."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from heroes.domain import assignment
from heroes.domain.digests import digest
from heroes.models.people import User
from heroes.services.judging_tables import Pair, Reading, Table


@dataclass(frozen=True, slots=True)
class Rules:
    """What a deal keeps to beyond evenness.

    `cap` is the most entries that a judge may hold in the panel's open rounds. `by_sector` prefers judges whose
    employer is of the entry's sector, as far as loads stay even. `link` adds the fewest reviews that have all
    judges hang together by entries that they share.
    """

    cap: int | None = None
    by_sector: bool = False
    link: bool = False


@dataclass(frozen=True, slots=True)
class Short:
    """An entry that gets fewer judges than were asked for, why, and the smallest change that helps."""

    entry: int
    missing: int
    reason: str
    help: str


@dataclass(frozen=True, slots=True)
class Load:
    """What a judge would have: entries and minutes, new ones and all in the panel's open rounds."""

    new: int
    entries: int
    new_minutes: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A deal that has not happened: the new pairs, sorted. The digest names exactly this hand.

    `wanted` is how many judges each entry is to have, those included that it has. `links` are those of the pairs
    that only link judges, `missing_links` what would link them and is not dealt, `apart` whether judges would stay
    in groups that share no entry. `fitting` counts the new pairs of judges whose employer is of the entry's sector.
    """

    table: Table
    wanted: Mapping[int, int]
    seed: str
    rules: Rules
    pairs: tuple[Pair, ...]
    loads: Mapping[int, Load]
    short: tuple[Short, ...]
    links: tuple[Pair, ...]
    missing_links: tuple[Pair, ...]
    apart: bool
    fitting: int
    digest: str


def plan_of(table: Table, reading: Reading, wanted: Mapping[int, int], seed: str, rules: Rules) -> Plan:
    """The plan for what is on the table; the same seed, the same plan."""
    forbidden = table.forbidden()
    # Who has an entry has it, whatever has come to light since: taking it away is an act of its own.
    conflicts = forbidden - table.existing
    here: dict[int, int] = {}
    for _, judge_id in table.existing:
        here[judge_id] = here.get(judge_id, 0) + 1
    planned = assignment.assign(
        map(str, table.entries),
        map(str, table.judges),
        {str(entry_id): count for entry_id, count in wanted.items()},
        conflicts=_by_name(conflicts),
        caps=rules.cap,
        affinity=_same_sector(table) if rules.by_sector else None,
        existing=_by_name(table.existing),
        carried={str(j): table.loads.get(j, 0) - here.get(j, 0) for j in table.judges},
        seed=seed,
    )
    pairs, links, left = _linked(planned, rules)
    loads = _loads(table, reading, pairs)
    return Plan(
        table=table,
        wanted=wanted,
        seed=seed,
        rules=rules,
        pairs=pairs,
        loads=loads,
        short=tuple(_short(table, rules, one) for one in planned.shortfalls),
        links=links,
        missing_links=left,
        apart=planned.groups > 1 + len(links),
        fitting=sum(_fits(table, *pair) for pair in pairs),
        digest=digest({"round": table.round.id, "pairs": [list(pair) for pair in pairs], "seed": seed}),
    )


def _by_name(pairs: set[Pair] | frozenset[Pair]) -> list[tuple[str, str]]:
    return [(str(entry_id), str(judge_id)) for entry_id, judge_id in pairs]


def _fits(table: Table, entry_id: int, judge_id: int) -> bool:
    return table.sectors.get(judge_id, "") == table.entries[entry_id].sector != ""


def _same_sector(table: Table) -> Callable[[str, str], float]:
    entries = {str(entry.id): entry.sector for entry in table.entries.values()}
    judges = {str(judge_id): sector for judge_id, sector in table.sectors.items()}

    def affinity(entry: str, judge: str) -> float:
        return float(judges.get(judge, "") == entries[entry] != "")

    return affinity


def _linked(planned: assignment.Plan, rules: Rules) -> tuple[tuple[Pair, ...], ...]:
    """All new pairs, those of them that only link, and links that are not dealt."""
    new = [(int(entry), int(judge)) for entry, judge in planned.new]
    links: list[Pair] = []
    left: list[Pair] = []
    loads = dict(planned.loads)
    for entry, judge in planned.links:
        full = rules.cap is not None and loads[judge] >= rules.cap
        (left if full or not rules.link else links).append((int(entry), int(judge)))
        loads[judge] += rules.link
    return tuple(sorted(new + links)), tuple(links), tuple(left)


def _loads(table: Table, reading: Reading, pairs: tuple[Pair, ...]) -> dict[int, Load]:
    new: dict[int, list[int]] = {judge_id: [] for judge_id in table.judges}
    for entry_id, judge_id in pairs:
        new[judge_id].append(reading.entries.get(entry_id, 0))
    return {
        judge_id: Load(
            new=len(spent),
            entries=table.loads.get(judge_id, 0) + len(spent),
            new_minutes=sum(spent),
            minutes=reading.loads.get(judge_id, 0) + sum(spent),
        )
        for judge_id, spent in new.items()
    }


def _short(table: Table, rules: Rules, one: assignment.Shortfall) -> Short:
    entry_id = int(one.entry)
    removed = [table.judges[int(j)] for j in one.barred if (entry_id, int(j)) in table.removed]
    back = [user for user in removed if table.why_not(entry_id, user.id) is None]
    return Short(entry_id, one.missing, _why(table, one, len(removed)), _help(table, rules, one, back))


def _why(table: Table, one: assignment.Shortfall, removed: int) -> str:
    if not table.judges:
        return "The panel has no judges."
    whys = []
    if barred := len(one.barred) - removed:
        whys.append(f"{_judges(barred)} connected with it or stepped back")
    if removed:
        whys.append(f"{_judges(removed)} taken off it by hand")
    if full := len(one.full):
        whys.append(f"{_judges(full)} at the limit")
    size = len(table.judges)
    if not whys:
        return f"The panel has only {size}."
    return f"The panel has {size}, and {', and '.join(whys)}."


def _judges(count: int) -> str:
    return "one judge is" if count == 1 else f"{count} judges are"


def _help(table: Table, rules: Rules, one: assignment.Shortfall, back: list[User]) -> str:
    judge = table.judges.get(int(one.change.judge or 0))
    if one.change.kind == "raise_cap" and judge is not None and rules.cap is not None:
        most = max(rules.cap, table.loads.get(judge.id, 0)) + 1
        return f"Smallest change: a limit of {most}, so that {judge.name} can take it."
    if back:
        return f"Smallest change: give it to {back[0].name} again, on its own page."
    return "Smallest change: one more judge on the panel who has nothing to do with it."
