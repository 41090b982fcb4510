"""How many reviews for how sure a shortlist, for a round: from what earlier runs say of panels, or from an assumption.

For the worker and for commands, never for a web worker (it imports numpy).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heroes.domain.counting import Variances
from heroes.domain.counting.plain import from_plain
from heroes.domain.results.planning import ASSUMED, ASSUMED_ENDS, Outlook, outlook
from heroes.models import result_pages as read
from heroes.models import run_pages as runs
from heroes.models.runs import ResultsRun
from heroes.models.seasons import Category, Round, Season
from heroes.services.context import Context
from heroes.services.refusals import Invalid
from heroes.services.running import places_of
from heroes.services.standings import place_of

USUAL = "awards"
HUNDRED = (0.0, 100.0)


@dataclass(frozen=True, slots=True)
class Planned:
    """An outlook for a round, and in words where its variances come from."""

    season: Season
    category: Category
    round: Round
    outlook: Outlook
    source: str
    assumed: bool


def plan(
    ctx: Context,
    season: str,
    category: str,
    in_round: str | None = None,
    *,
    places: int | None = None,
    entries: int | None = None,
    judges: int | None = None,
    assume: str | None = None,
    minutes: float | None = None,
) -> Planned:
    """The outlook of a round; who may see its leaderboard may ask. Season, category and round as in `standings`.

    Without numbers: the places that the category's rule decides on this round, else a tenth of the entries; the
    entries admitted; the judges on the panel. Without an assumption: the variances of the newest calibrated run of this
    season's category, else of another season's category with the same slug, else as of a panel of volunteers.
    """
    where, _ = place_of(ctx, season, category, in_round)
    found_season, found_category, round_, _ = where
    variances, ends, source = _variances(ctx, found_season, found_category, assume)
    size = read.size_of_round(ctx.session, round_)
    many = size.entries if entries is None else entries
    panel = size.judges if judges is None else judges
    wanted = places or places_of(ctx, found_category, round_) or max(1, many // 10)
    try:
        found = outlook(variances, entries=many, judges=panel, places=wanted, ends=ends, minutes=minutes)
    except ValueError as error:
        raise Invalid({"plan": str(error)}) from error
    return Planned(found_season, found_category, round_, found, source, source.startswith("assumed"))


def _variances(
    ctx: Context, season: Season, category: Category, assume: str | None
) -> tuple[Variances, tuple[float, float], str]:
    """(variances in points, the ends of their scale, where they come from)."""
    if assume is None:
        for run, run_season in runs.calibrated_runs(ctx.session, season, category.slug):
            known = known_variances(run)
            if known is not None:
                return *known, f"as in run {run.handle} of {run_season.name}"
    kind = assume or USUAL
    if kind not in ASSUMED:
        raise Invalid({"assume": f"There is no panel “{kind}”: there are {', '.join(ASSUMED)}."})
    return ASSUMED[kind], ASSUMED_ENDS, f"assumed: a panel of the kind “{kind}”"


def known_variances(run: ResultsRun) -> tuple[Variances, tuple[float, float]] | None:
    """What a run says of its panel; None where it has no variances, or one that could not be told from nothing."""
    plain: Mapping[str, Any] | None = run.summary.get("variances")
    if not plain:
        return None
    variances = from_plain(Variances, plain)
    if min(variances.entry, variances.judge, variances.residual) <= 0:
        return None
    return variances, _ends(run.summary["criteria"])


def _ends(criteria: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """The common scale: the criteria's own where they share one, else 0 to 100."""
    scales = {(float(one.get("low", 1)), float(one.get("high", 10))) for one in criteria}
    return scales.pop() if len(scales) == 1 else HUNDRED
