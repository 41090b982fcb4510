"""The pre-flight: what must be right before a season is opened, each with the page that puts it right."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from heroes.domain.advance_rules import BadAdvance, parse_advance
from heroes.domain.counting.wording import names
from heroes.domain.outcomes import BadRule, parse_outcome_rule, unknown_floors
from heroes.domain.phrases import many, said_instant
from heroes.domain.policy import Deed
from heroes.domain.round_kinds import kind_of
from heroes.domain.score_sets import unfit as unfit_scorecard
from heroes.models.preflight_pages import PanelCount, SetUp, set_up
from heroes.models.seasons import Category, Round, Season
from heroes.services.context import Context
from heroes.services.form_publishing import unfit as unfit_form
from heroes.services.permission import staff_season

STALE = timedelta(days=365)
"""A backup that was tried longer ago proves nothing about today's."""
RED, ADVICE, GREEN = "red", "advice", "green"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was found, and the endpoint of the page that changes it, with its values beside the season."""

    state: str
    sentence: str
    endpoint: str = ""
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """What was looked at together. Without a red or advising line, `well` says that it is right."""

    key: str
    name: str
    well: str
    findings: tuple[Finding, ...]

    @property
    def state(self) -> str:
        """The worst of its lines."""
        states = {one.state for one in self.findings}
        return RED if RED in states else ADVICE if ADVICE in states else GREEN


@dataclass(frozen=True, slots=True)
class PreFlight:
    """Everything that was looked at."""

    parts: tuple[Part, ...]

    @property
    def red(self) -> tuple[Finding, ...]:
        """What keeps the season from being opened."""
        return tuple(one for part in self.parts for one in part.findings if one.state == RED)

    @property
    def ready(self) -> int:
        """How many parts keep nobody."""
        return sum(part.state != RED for part in self.parts)


def look(ctx: Context, season_slug: str) -> tuple[Season, PreFlight, SetUp]:
    """The pre-flight of a season, for its staff. Reads only."""
    season = staff_season(ctx, season_slug, Deed.SEE_SET_UP)
    it = set_up(ctx.session, season)
    return season, examine(it, ctx.now), it


def examine(it: SetUp, now: datetime) -> PreFlight:
    """Look at a set-up as it would be opened now."""
    count = many(len(it.categories), "category", "categories")
    parts = (
        (
            "season",
            "Season and texts",
            "It has a name, a contact, and every text that people ask for.",
            _season,
        ),
        ("dates", "Dates", "Every date is in order and still to come.", _dates),
        (
            "categories",
            "Categories",
            f"{count}, each with somebody to enter and a round to be judged in.",
            _categories,
        ),
        ("forms", "Forms", "Every form can be filled in and sent.", _forms),
        ("scorecards", "Scorecards", "Every scorecard can be marked; the weights make 100.", _scorecards),
        ("rounds", "Rounds", "Every round has its dates, its panel and its rules.", _rounds),
        ("panels", "Panels", "Every panel has the judges that its rounds ask for.", _panels),
        (
            "outcomes",
            "Outcomes and announcement",
            "Every outcome rule can be applied and has its day.",
            _outcomes,
        ),
        (
            "installation",
            "Mail and backups",
            "Mail arrives, and a backup was made and restored.",
            _installation,
        ),
        ("people", "People and rehearsal", "More than one person can run it, and it was tried out.", _people),
    )
    return PreFlight(tuple(Part(key, name, well, tuple(find(it, now))) for key, name, well, find in parts))


def _red(sentence: str, endpoint: str, **values: str) -> Finding:
    return Finding(RED, sentence, endpoint, values)


def _advice(sentence: str, endpoint: str = "", **values: str) -> Finding:
    return Finding(ADVICE, sentence, endpoint, values)


def _season(it: SetUp, _: datetime) -> Iterator[Finding]:
    season = it.season
    if not season.name.strip():
        yield _red("The season has no name.", "builder.programme")
    if not season.programme.contact.strip():
        yield _red("There is no address that people can write to.", "builder.programme")
    for text, what in (
        (season.welcome, "welcome"),
        (season.rules, "rules"),
        (season.privacy, "privacy notice"),
    ):
        if not text.strip():
            yield _red(f"The {what} {'are' if what == 'rules' else 'is'} not written yet.", "builder.look")
    if not season.terms.strip():
        yield _advice("Judges agree to no terms: there are none.", "builder.look")


def _dates(it: SetUp, now: datetime) -> Iterator[Finding]:
    season, zone = it.season, it.season.timezone
    if season.closes_at <= season.opens_at:
        yield _red("Entries close before they open.", "builder.timeline")
    if season.closes_at <= now:
        yield _red(
            f"Entries have closed already, on {said_instant(season.closes_at, zone)}.", "builder.timeline"
        )
    elif season.opens_at <= now:
        yield _advice("Entries can be sent from the moment that the season is opened.", "builder.timeline")
    if season.judging_starts_at < season.closes_at:
        yield _advice("Judging starts before entries close.", "builder.timeline")
    for category in it.categories:
        opens, closes = category.opens_at or season.opens_at, category.closes_at or season.closes_at
        if (category.opens_at or category.closes_at) and closes <= max(opens, now):
            yield _red(
                f"{category.name}: nobody can enter, for it closes before it opens.", "builder.timeline"
            )


def _categories(it: SetUp, _: datetime) -> Iterator[Finding]:
    if not it.categories:
        yield _red("There is no category yet.", "builder.categories")
    for category in it.categories:
        if not it.rounds[category.id]:
            yield _red(
                f"{category.name} has no round, so nobody would judge it.",
                "builder.new_round",
                category_slug=category.slug,
            )
        if not category.who.strip() and not category.eligibility:
            yield _advice(f"{category.name} does not say who it is for.", "builder.categories")


def _forms(it: SetUp, _: datetime) -> Iterator[Finding]:
    for category in it.categories:
        if category.form_design_id is None and category.id not in it.published:
            yield _red(f"{category.name} has no form.", "builder.forms")
    for design in it.forms.values():
        users = [one for one in it.categories if one.form_design_id == design.id]
        if not users:
            yield _advice(f"{design.name} is used by no category.", "builder.form_settings", key=design.key)
            continue
        for sentence in unfit_form(design, users):
            yield _red(sentence, "builder.form", key=design.key)


def _scorecards(it: SetUp, _: datetime) -> Iterator[Finding]:
    used = {one.design_id for many_ in it.rounds.values() for one in many_}
    for design in it.score_sets.values():
        if design.id not in used:
            yield _advice(f"{design.name} is used by no round.", "builder.scorecards")
            continue
        for sentence in unfit_scorecard(design):
            yield _red(f"{design.name}: {sentence}", "builder.scorecards")


def _rounds(it: SetUp, now: datetime) -> Iterator[Finding]:
    for category in it.categories:
        rounds = it.rounds[category.id]
        for before, one in zip((None, *rounds), rounds, strict=False):
            for sentence in _wrong_with(it, category, before, one, now):
                yield _red(
                    f"{category.name}, {one.name}: {sentence}",
                    "builder.edit_round",
                    category_slug=category.slug,
                    round_slug=one.slug,
                )
            if kind_of(one.kind).slots and not it.slots.get(one.id):
                yield _advice(f"{category.name}, {one.name}: there are no times for presentations yet.")
        shares = [one.share for one in rounds if one.share is not None]
        if shares and sum(shares) != 100:
            yield _red(
                f"{category.name}: the shares of its rounds make {sum(shares)} and not 100.",
                "builder.category_rounds",
                category_slug=category.slug,
            )


def _wrong_with(
    it: SetUp, category: Category, before: Round | None, one: Round, now: datetime
) -> Iterator[str]:
    if one.closes_at <= one.opens_at:
        yield "it closes before it opens."
    elif one.closes_at <= now:
        yield "it has closed already."
    if before is not None and one.opens_at < before.closes_at:
        yield f"it opens before {before.name} closes."
    if before is None and one.closes_at <= (category.closes_at or it.season.closes_at):
        yield "it is over before entries close."
    if one.quorum > one.reviews:
        yield f"a decision needs {one.quorum} scorecards of {one.reviews}."
    try:
        parse_advance(one.advance)
    except BadAdvance as error:
        yield f"how entries go on cannot be read: {error}."


def _panels(it: SetUp, _: datetime) -> Iterator[Finding]:
    asked: dict[int, int] = {}
    for rounds in it.rounds.values():
        for one in rounds:
            asked[one.panel_id] = max(asked.get(one.panel_id, 0), one.reviews, one.quorum)
    for panel_id, count in asked.items():
        yield from _judges_of(it.panels[panel_id], count)
    unled = [it.panels[one].panel.name for one in asked if not it.panels[one].chairs]
    if unled:
        yield _advice(f"Nobody chairs {names(unled, 12)}.", "builder.invite")
    for panel_id, panel in it.panels.items():
        if panel_id not in asked:
            yield _advice(f"{panel.panel.name} judges no round.", "builder.panels")


def _judges_of(panel: PanelCount, asked: int) -> Iterator[Finding]:
    name = panel.panel.name
    if panel.judges + panel.invited < asked:
        known = f"{many(panel.judges, 'judge')} and {many(panel.invited, 'invitation')}"
        yield _red(f"{name} has {known}; its rounds ask for {asked}.", "builder.invite")
    elif panel.judges < asked:
        yield _advice(
            f"{name} has {many(panel.judges, 'judge')} of {asked}; {panel.invited} more are invited.",
            "builder.invite",
        )


def _outcomes(it: SetUp, now: datetime) -> Iterator[Finding]:
    for category in it.categories:
        rounds = it.rounds[category.id]
        try:
            rule = parse_outcome_rule(category.outcome)
        except BadRule as error:
            yield _red(f"{category.name}: its outcome rule cannot be read: {error}.", "builder.categories")
            continue
        design = it.score_sets.get(rounds[-1].design_id or 0) if rounds else None
        keys = [str(one.get("key", "")) for one in design.criteria] if design else []
        for key in unknown_floors(rule, keys) if design else ():
            yield _red(
                f"{category.name}: there is no criterion {key!r} to have a floor.", "builder.categories"
            )
        release = it.releases[category.outcome_release_id]
        if release.planned_at and rounds and release.planned_at < rounds[-1].closes_at:
            yield _red(f"{category.name} is announced before {rounds[-1].name} closes.", "builder.timeline")
    planned = {one.kind for one in it.releases.values() if one.planned_at is not None}
    if "outcomes" not in planned:
        yield _advice("Nobody is told when the outcomes are announced.", "builder.timeline")
    for release in it.releases.values():
        if release.planned_at is not None and release.planned_at <= now:
            yield _red(
                f"A release is promised for {said_instant(release.planned_at, it.season.timezone)}, which is over.",
                "builder.timeline",
            )


def _installation(it: SetUp, now: datetime) -> Iterator[Finding]:
    if "mail" not in it.proofs:
        yield _red("No mail has been delivered yet. Send yourself one.", "builder.check")
    for kind, sentence in (
        ("backup", "No backup has been made yet. On the server: heroes backup FILE --try"),
        ("restored", "No backup has been restored yet. The same command does it."),
    ):
        proof = it.proofs.get(kind)
        if proof is None:
            yield _red(sentence, "builder.check")
        elif now - proof.at > STALE:
            yield _advice(
                f"It is more than a year ago that a backup was {'made' if kind == 'backup' else kind}."
            )


def _people(it: SetUp, _: datetime) -> Iterator[Finding]:
    if it.runners < 2:
        yield _advice("Only one person can run this season. Invite another.", "builder.invite")
    if it.season.rehearsing_since is None:
        yield _advice("Nobody is trying it out. A rehearsal shows what people will see.", "builder.check")
    if it.tried:
        yield _advice(
            f"{many(it.tried, 'entry', 'entries')} of the rehearsal will go away when it is opened.",
            "builder.check",
        )
