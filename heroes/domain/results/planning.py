"""How many reviews for how sure a shortlist: expected before anybody judges, from how much panels differ.

What is simulated: seasons in which entries, judges' leniency and single reviews are drawn from normal distributions
with the variances given, cut at the ends of the scale, dealt evenly at random, and ranked by the calibrated mean with
these variances known. Whole marks, careless reviews, judges of uneven noise and judges who stay in one track are not
simulated; they make real panels a little worse.
Of a large programme a part is simulated, with the same share of places and the same number of entries to a judge;
`Outlook.simulated` says how much.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heroes.domain.counting.standings import Variances
from heroes.domain.results.threads import one_thread

MOST_REVIEWS = 8
"""Options reach from one review an entry to so many."""
MOST_ENTRIES = 1000
MOST_WORK = 1e7
"""Entries times squared judges, which is what solving the model takes."""
MOST_SEASONS = 60
SURE = 0.9
CAP = 8
"""The second wave gives no entry more reviews than this, or than twice the mean."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def _assumed(judge: float, residual: float) -> Variances:
    entry = 1.85
    return Variances(
        entry=entry,
        judge=judge * entry,
        residual=residual * entry,
        mean=6.0,
        lq=residual,
        lb=residual / judge,
    )


ASSUMED_ENDS = (1.0, 10.0)
"""The scale of the assumed variances."""


ASSUMED: Mapping[str, Variances] = {
    "trained": _assumed(0.08, 0.33),
    "peer": _assumed(0.19, 0.99),
    "awards": _assumed(0.38, 0.85),
    "harsh": _assumed(1.00, 1.30),
}
"""Kinds of panels for a first season, on a scale from 1 to 10; docs/results-methods.md names the sources."""


@dataclass(frozen=True, slots=True)
class Option:
    """One way to spend the judges' time, and what it may be expected to bring.

    `recall` is the share of the truly best entries that would be on the shortlist, with its standard error from
    simulating; `sure` the share of its places that could be called 90 % sure. `g_raw` and `g` say how much of the
    scores' differences are the entries' own, before and after leniency is taken out; None with a second wave, in which
    entries differ in how often they are read. `hours` are all judges' together, None without minutes per review.
    """

    reviews: int
    """Per entry; with a second wave on average."""
    first_wave: int
    """How many of them everybody gets; the rest goes where the shortlist is in doubt."""
    recall: float
    recall_se: float
    sure: float
    g_raw: float | None
    g: float | None
    total: int
    per_judge: float
    hours: float | None

    @property
    def second_wave(self) -> bool:
        """Whether some reviews wait for what the first ones say."""
        return self.first_wave < self.reviews


@dataclass(frozen=True, slots=True)
class Outlook:
    """All options for one programme, by reviews and then without and with a second wave, and what was simulated."""

    entries: int
    judges: int
    places: int
    variances: Variances
    options: tuple[Option, ...]
    seasons: int
    simulated: int
    """Entries in each of the simulated seasons."""

    def cheapest(self, recall: float) -> Option | None:
        """The option with the fewest reviews that is expected to find so large a share of the best; None if none is."""
        enough = [one for one in self.options if one.recall >= recall]
        return min(enough, key=lambda one: (one.reviews, one.second_wave), default=None)


def outlook(
    variances: Variances,
    *,
    entries: int,
    judges: int,
    places: int,
    ends: tuple[float, float] | None = None,
    minutes: float | None = None,
    seed: int = 0,
) -> Outlook:
    """What one to eight reviews an entry would bring, without and with a second wave; always the same.

    `variances` are in points of a scale whose lowest and highest mark are `ends`: where good entries reach the
    top, less can be called sure. Without ends the scale has none.

    Raises ValueError for fewer than 2 entries, no judge, places that are not between 1 and one less than the entries,
    variances that are not above zero, or minutes below zero.
    """
    _check(variances, entries, judges, places, minutes)
    # The same share of places, the same load of a judge: what the result depends on stays as it is.
    part = min(1.0, MOST_ENTRIES / entries, (MOST_WORK / (entries * judges**2)) ** (1 / 3))
    simulated = max(2, round(entries * part))
    few = max(1, round(judges * part))
    share = min(max(1, round(places * part)), simulated - 1)
    seasons = int(min(MOST_SEASONS, max(6, 12_000 // simulated)))
    # The frozen stream of numpy, so that the same arguments say the same for ever.
    chance = np.random.RandomState(seed)
    ways = [
        (reviews, first)
        for reviews in range(1, min(MOST_REVIEWS, few) + 1)
        for first in _firsts(reviews, few)
    ]
    with one_thread():
        found = np.array(
            [_season(variances, simulated, few, share, ways, ends, chance) for _ in range(seasons)]
        )
    mean = found.mean(axis=0)
    error = found[:, :, 0].std(axis=0, ddof=1) / seasons**0.5
    options = tuple(
        _option(
            variances,
            entries,
            judges,
            minutes,
            way,
            (float(mean[at, 0]), float(error[at])),
            float(mean[at, 1]),
        )
        for at, way in enumerate(ways)
    )
    return Outlook(entries, judges, places, variances, options, seasons, simulated)


def _check(variances: Variances, entries: int, judges: int, places: int, minutes: float | None) -> None:
    if entries < 2 or judges < 1:
        raise ValueError(f"{entries} entries and {judges} judges: there is nothing to plan.")
    if not 1 <= places < entries:
        raise ValueError(f"{places} places of {entries} entries: there is nothing to choose.")
    parts = (variances.entry, variances.judge, variances.residual)
    if not all(np.isfinite(part) and part > 0 for part in parts):
        raise ValueError("Every variance must be above zero.")
    if minutes is not None and not (np.isfinite(minutes) and minutes >= 0):
        raise ValueError(f"{minutes} is not a number of minutes.")


def _firsts(reviews: int, judges: int) -> Iterator[int]:
    """How many reviews everybody gets: all of them, and where a second wave makes sense two, or three from six on."""
    yield reviews
    first = 2 if reviews < 6 else 3
    if first < reviews < judges:
        yield first


def _option(
    variances: Variances,
    entries: int,
    judges: int,
    minutes: float | None,
    way: tuple[int, int],
    recall: tuple[float, float],
    sure: float,
) -> Option:
    reviews, first = way
    uniform = reviews == first
    total = entries * reviews
    noise = variances.judge + variances.residual
    return Option(
        reviews=reviews,
        first_wave=first,
        recall=recall[0],
        recall_se=recall[1],
        sure=sure,
        g_raw=variances.entry / (variances.entry + noise / reviews) if uniform else None,
        g=variances.entry / (variances.entry + variances.residual / reviews) if uniform else None,
        total=total,
        per_judge=total / judges,
        hours=None if minutes is None else total * minutes / 60,
    )


def _season(
    variances: Variances,
    entries: int,
    judges: int,
    places: int,
    ways: list[tuple[int, int]],
    ends: tuple[float, float] | None,
    chance: np.random.RandomState,
) -> list[tuple[float, float]]:
    """(recall, share of sure places) of every way in one simulated season; ways share reviews where they can."""
    width = min(judges, max(CAP, 2 * MOST_REVIEWS))
    who = _dealt(entries, judges, width, chance)
    truth = chance.normal(scale=variances.entry**0.5, size=entries)
    leniency = chance.normal(scale=variances.judge**0.5, size=judges)
    said = truth[:, None] + leniency[who] + chance.normal(scale=variances.residual**0.5, size=who.shape)
    if ends is not None:
        said = np.clip(variances.mean + said, *ends) - variances.mean
    best = np.argsort(-truth)[:places]
    panels = _Panels(variances, who, said, judges)
    after_first: dict[int, Floats] = {}
    found = []
    for reviews, first in ways:
        each = np.full(entries, min(first, width))
        if first < reviews:
            if first not in after_first:
                after_first[first] = _chances(*panels.judged(each), places)
            cap = min(width, max(CAP, 2 * reviews))
            each = _second_wave(after_first[first], each, (reviews - first) * entries, cap)
        worth, spread = panels.judged(each)
        listed = np.argpartition(-worth, places - 1)[:places]
        recall = len(np.intersect1d(best, listed)) / places
        found.append((recall, float((_chances(worth, spread, places) >= SURE).sum()) / places))
    return found


def _dealt(entries: int, judges: int, width: int, chance: np.random.RandomState) -> Ints:
    """entries x width: who would read an entry first, second and so on; nobody twice, and loads as even as blocks are.

    Entries come in blocks of as many as there are judges; in each, a random circle of the judges is turned by random
    different amounts, so that any number of columns is a balanced deal.
    """
    blocks = -(-entries // judges)
    circle = np.argsort(chance.random_sample((blocks, judges)), axis=1)
    turns = np.argsort(chance.random_sample((blocks, judges)), axis=1)[:, :width]
    place = (np.arange(judges)[None, :, None] + turns[:, None, :]) % judges
    dealt = circle[np.arange(blocks)[:, None, None], place]
    return np.asarray(dealt.reshape(blocks * judges, width)[:entries], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Panels:
    """What the first so many reviews of each entry come to, with the variances known."""

    variances: Variances
    who: Ints
    said: Floats
    judges: int

    def judged(self, each: Ints) -> tuple[Floats, Floats]:
        """Per entry the calibrated score and its standard deviation; the model's two lines, the entries eliminated."""
        entries, judges = len(each), self.judges
        lq, lb = (
            self.variances.residual / self.variances.entry,
            self.variances.residual / self.variances.judge,
        )
        given = np.arange(self.who.shape[1]) < each[:, None]
        table = np.zeros((entries, judges + 1))
        table[:, 0] = each
        row = np.nonzero(given)[0]
        table[row, 1 + self.who[given]] = 1.0
        held = 1 / (each + lq)
        total = np.where(given, self.said, 0.0).sum(axis=1)
        by_judge = np.bincount(self.who[given], weights=self.said[given], minlength=judges)
        load = table[:, 1:].sum(axis=0)
        left = -table.T @ (held[:, None] * table)
        left[0, 0] += each.sum()
        left[0, 1:] += load
        left[1:, 0] += load
        left[np.arange(1, judges + 1), np.arange(1, judges + 1)] += load + lb
        right = np.append(total.sum(), by_judge) - table.T @ (held * total)
        lower = np.linalg.inv(np.linalg.cholesky(left))
        effects = lower.T @ (lower @ right)
        worth = effects[0] + held * (total - table @ effects)
        # Var(mu + q_i): what is left of the entry's own, and what is not known of mu and its judges.
        reach = -held[:, None] * table
        reach[:, 0] += 1.0
        unknown = ((lower @ reach.T) ** 2).sum(axis=0)
        return worth, np.sqrt(self.variances.residual * (held + unknown))


def _chances(worth: Floats, spread: Floats, places: int) -> Floats:
    """Each entry's chance of a place: beyond the line that so many entries are expected to be beyond."""
    low, high = float((worth - 9 * spread).min()), float((worth + 9 * spread).max())
    for _ in range(40):
        line = (low + high) / 2
        if _beyond((worth - line) / spread).sum() > places:
            low = line
        else:
            high = line
    return _beyond((worth - (low + high) / 2) / spread)


def _beyond(z: Floats) -> Floats:
    """The normal distribution up to z, to seven digits (Abramowitz and Stegun 26.2.17)."""
    t = 1 / (1 + 0.2316419 * np.abs(z))
    series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = np.exp(-z * z / 2) / np.sqrt(2 * np.pi) * series
    return np.asarray(np.where(z >= 0, 1 - tail, tail))


def _second_wave(chances: Floats, each: Ints, budget: int, cap: int) -> Ints:
    """`next_reviews` in one go: the reviews with the largest sqrt(p(1 - p)) / reviews so far."""
    doubt = np.sqrt(chances * (1 - chances))
    so_far = each[:, None] + np.arange(cap - int(each[0]))
    worth = doubt[:, None] / so_far
    budget = min(budget, worth.size)
    chosen = np.zeros(worth.size, dtype=bool)
    # Stable, so that equal ones go to the entry that is listed first, on every machine.
    chosen[np.argsort(-worth.ravel(), kind="stable")[:budget]] = True
    return np.asarray(each + chosen.reshape(worth.shape).sum(axis=1))
