"""The result of a panel: every entry's place, what it rests on, and how sure it is."""

from collections.abc import Iterable, Sequence

import numpy as np

from heroes.domain.counting.marks import Criterion, Mark
from heroes.domain.counting.methods import METHODS, RULES
from heroes.domain.counting.standings import INCOMPLETE, LeftOut, Standings
from heroes.domain.results.calibrated import Panelled, Reading, read
from heroes.domain.results.columns import Marks
from heroes.domain.results.lines import standings_of
from heroes.domain.results.linking import WEAK, holding_together, second_eigenvalue
from heroes.domain.results.panel import judge_standings
from heroes.domain.results.posterior import Futures, check_seed, futures
from heroes.domain.results.ranking import LIMITS, Place, Ranking, listed_by, ranking_of
from heroes.domain.results.reliability import reliability_of
from heroes.domain.results.threads import one_thread

CLEAR_WINNER = 0.8
FACE_VALUE = frozenset({"mean", "trimmed-mean", "median"})
"""Methods that take marks at face value: who asks for one has every entry in one list, linked or not."""


def rank(
    marks: Iterable[Mark] | Marks | Reading,
    criteria: Sequence[Criterion],
    *,
    method: str = "calibrated",
    places: int | None = None,
    draws: int = 1000,
    seed: int = 0,
    across_groups: bool = False,
    prior: bool = True,
    entries: Iterable[str] = (),
    tie_seed: str | None = None,
) -> Standings:
    """Rank the entries of one category and round.

    Guaranteed: the same result, bit for bit, for any order of `marks`; equal ranks (1, 1, 3) only where every
    tie-break is exhausted; `mean`, `trimmed-mean`, `median` and `final-panel` in exact arithmetic, given back as
    decimals unless a mark was a float; the calibrated methods as floats. `entries` must appear even without a mark.

    `score` is sum(w x) / sum(w) on the criteria's common scale (0 to 100 where theirs differ), `total` is sum(w x).
    With `places` every entry gets the chance to be among so many. `draws` futures are drawn from `seed`; none with 0.
    Where no review links some entries with others, calibrated ranks run within each group, from 1, and the groups are
    listed one after the other; `across_groups` ranks all together, flagged. `prior=False` gives plain REML.
    `tie_seed` is a text published beforehand, from which the last ties are drawn.

    Raises InvalidMarks for a row that cannot be used and ValueError for an unknown method, or for numbers of places or
    draws that make no sense.
    """
    if method not in METHODS:
        raise ValueError(f"Unknown method “{method}”: known are {', '.join(METHODS)}.")
    if places is not None and (isinstance(places, bool) or places < 1):
        raise ValueError(f"places: {places} is not a number of places.")
    if draws < 0:
        raise ValueError(f"draws: {draws} is less than none.")
    check_seed(seed)
    with one_thread():
        reading = read(marks, criteria)
        panel = reading.panel
        ranking = ranking_of(reading.marks, panel, method, prior=prior)
        within = len(panel.linked.groups) > 1 and not across_groups and method not in FACE_VALUE
        listed = listed_by(panel, ranking, within=within, tie_seed=tie_seed)
        sure = _sureness(panel, ranking, listed, places, draws, seed, within=within)
        return _standings(panel, ranking, listed, sure, set(entries), method, seed, within=within)


def _sureness(
    panel: Panelled,
    ranking: Ranking,
    listed: Sequence[Place],
    places: int | None,
    draws: int,
    seed: int,
    *,
    within: bool,
) -> Futures | None:
    fitted = ranking.fitted
    if fitted is None or not draws:
        return None
    number = {entry: at for at, entry in enumerate(panel.entries)}
    groups = [np.flatnonzero(panel.linked.entry == group) for group in range(len(panel.linked.groups))]
    return futures(
        fitted.model,
        fitted.solution,
        draws=draws,
        seed=seed,
        prior=fitted.prior,
        places=places,
        groups=groups if within else (),
        listed=np.array([number[one.entry] for one in listed if one.entry in number], dtype=np.int64),
    )


def _standings(
    panel: Panelled,
    ranking: Ranking,
    listed: Sequence[Place],
    sure: Futures | None,
    wanted: set[str],
    asked: str,
    seed: int,
    *,
    within: bool,
) -> Standings:
    fitted = ranking.fitted
    found = standings_of(panel, ranking, listed, sure, wanted, within=within)
    variances = None if fitted is None else fitted.variances
    # Variances of logits would say nothing to anybody beside points, and leniency in logits neither.
    in_points = ranking.used != LIMITS
    groups = panel.linked.groups if len(panel.linked.groups) > 1 else ()
    first = found[0].chance_of_best if found else None
    return Standings(
        asked=asked,
        method=ranking.used,
        reason=ranking.reason,
        rules=RULES,
        entries=tuple(found),
        judges=judge_standings(panel, fitted if in_points else None),
        variances=variances,
        groups=groups,
        links_needed=max(len(groups) - 1, 0),
        reliability=reliability_of(
            panel.entry,
            panel.judge,
            panel.score,
            len(panel.at_entry),
            len(panel.at_judge),
            variances if in_points else None,
            seed=seed,
        ),
        left_out=_left_out(panel, ranking),
        clear=None if first is None or within else first >= CLEAR_WINNER,
        warnings=_warnings(panel, ranking),
    )


def _left_out(panel: Panelled, ranking: Ranking) -> tuple[LeftOut, ...]:
    """Scorecards that do not count. Under `trimmed-mean` marks count one by one, so none is left out whole."""
    cards, counts = panel.cards, panel.reviews.counts
    if ranking.outcome is not None:
        kept = {entry: tally.judges for entry, tally in ranking.outcome.tallies.items()}
        dropped = [
            row
            for row, (entry, judge) in enumerate(zip(cards.entry.tolist(), cards.judge.tolist(), strict=True))
            if cards.judges[judge] not in kept.get(cards.entries[entry], frozenset())
        ]
    else:
        dropped = np.flatnonzero(~counts).tolist()
    return tuple(
        LeftOut(cards.entries[cards.entry[row]], cards.judges[cards.judge[row]], None, INCOMPLETE)
        for row in dropped
    )


def _warnings(panel: Panelled, ranking: Ranking) -> tuple[str, ...]:
    found = [METHODS[ranking.used].warning] if METHODS[ranking.used].warning else []
    if len(panel.linked.groups) > 1 or not len(panel.rows) or panel.complete:
        return tuple(found)
    sizes = len(panel.at_entry), len(panel.at_judge)
    link = second_eigenvalue(panel.entry, panel.judge, *sizes)
    if link is not None and link < WEAK:
        found.append(
            "Parts of the panel share hardly any entries, so differences between them are little known."
        )
    judges = panel.judges
    found += [
        f"Only {judges[one]} links parts of the panel: without these scorecards it would fall apart."
        for one in holding_together(panel.entry, panel.judge, *sizes)
    ]
    return tuple(found)
