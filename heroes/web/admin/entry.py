"""The admin room: one entry, everything that happened to it, and only the acts that this person may do now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form

from heroes.domain.entry_states import Act, Facts, State
from heroes.domain.nominations import MAY_TELL, people_fields
from heroes.domain.outcomes import OutcomeRule, parse_outcome_rule
from heroes.domain.policy import Deed, may
from heroes.domain.proposing import KIND_WORDS, Kind
from heroes.domain.questions import Told, count_words, showable, told
from heroes.domain.roles import Role, with_implied
from heroes.domain.workflow import Allowed, Refused, Why, offer
from heroes.models import entry_pages as read
from heroes.models.database import current_session
from heroes.services import acting, screening
from heroes.services.entry_facts import EVERY_ACT, Setting, Sheet, facts_of
from heroes.services.nomination_forms import form_of, people_of
from heroes.services.refusals import Faster, Invalid, NotAllowed, NotFound, NotNow
from heroes.services.standing import Standing, standing_for
from heroes.web.admin.acts import ACTS, FIELD_OF, ActWords, did, form_for, given_of
from heroes.web.admin.blueprint import blueprint, room
from heroes.web.admin.mail import mail_word
from heroes.web.admin.own_marks import rounds_to_judge_first
from heroes.web.admin.queue import screening_word
from heroes.web.kit.access import Access, open_to
from heroes.web.kit.fields import Problem
from heroes.web.kit.pipeline import context, render, viewer
from heroes.web.kit.states import STATES
from heroes.web.kit.terms import own

STAFF_LABELS = {
    "nominator_email": "E-mail",
    "relation": "Knows them as",
    "nominee_role": "Role",
    "nominee_email": "Work e-mail",
    "organisation_name": "Organisation",
    "may_tell": "May they be told now",
}
"""What staff read where the form's own label speaks to the nominator."""
DUE_IN = timedelta(days=7)
EVENT_ICONS = {
    "start": "pencil",
    "screen": "check",
    "reminders": "clock",
    "mail": "mail",
    "scorecard.submit": "scales",
    "judging.assign": "scales",
    "judging.remove": "minus",
    "judging.recuse": "hide",
    "judging.lift_recusal": "undo",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as this person may act on it now."""

    page: read.EntryPage
    standing: Standing
    facts: Facts
    rule: OutcomeRule

    def verdict(self, words: ActWords) -> Allowed | Refused:
        """Whether an act may happen once its form is filled in."""
        act, facts = words.act, self.facts
        decided = State(self.page.entry.state) in (State.AWARDED, State.NOT_AWARDED)
        if words.key == "change_level" and (facts.season_ended or self.page.entry.state != State.AWARDED):
            return Refused(Why.SEASON_ENDED if facts.season_ended else Why.WRONG_STATE)
        if act is Act.DISQUALIFY and decided:
            act = Act.REVOKE
        return offer(act, self.standing.roles, facts, conflicted=self.standing.conflicted)


def load(handle: str) -> Shown:
    """The entry for staff of its programme, or `NotFound`."""
    ctx, person = context(), viewer()
    assert person is not None
    page = read.entry_page(current_session(), person.found.programmes, handle)
    if page is None:
        raise NotFound
    setting = Setting(page.season, page.category, page.shortlist, page.outcomes)
    facts = facts_of(ctx, page.entry, EVERY_ACT, setting=setting, sheet=Sheet(page.sheet, page.form_version))
    return Shown(page, standing_for(ctx, page.entry), facts, parse_outcome_rule(page.category.outcome))


@blueprint.get("/entry/<handle>")
@open_to(Access.STAFF)
def entry(handle: str) -> Response:
    """The entry's page."""
    return _entry_page(load(handle))


def _entry_page(
    shown: Shown, status: int = 200, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None
) -> Response:
    page, session = shown.page, current_session()
    frame = room(page.season, "queue")
    verdicts = {key: shown.verdict(words) for key, words in ACTS.items()}
    judged_by = read.judged_by(session, page.entry.id)
    records = read.records(session, page.entry.id)
    events = _events(records, read.mails(session, page.entry.id))
    can_screen = screening.refusal(page.entry, shown.standing, ended=shown.facts.season_ended)
    screens = may(Deed.SCREEN, shown.standing.roles)
    return render(
        "admin/entry.html",
        status,
        room=frame,
        page=page,
        entry=page.entry,
        season=page.season,
        zone=page.season.timezone,
        stations=stations(page.entry, shown.rule, page.season.timezone),
        level=outcome_word(page.entry, shown.rule),
        benchmark=shown.rule.benchmark,
        offered=[words for key, words in ACTS.items() if isinstance(verdicts[key], Allowed)],
        not_yet=_not_yet(verdicts),
        conflicted=shown.standing.conflicted
        and bool(shown.standing.roles & {Role.OWNER, Role.ADMIN, Role.CHAIR}),
        answers=_answers(shown),
        total_words=sum(count_words(a) for a in page.sheet.answers.values()),
        people=_people(shown),
        cards=[row for row in judged_by if row.state != "barred"],
        judge_first=rounds_to_judge_first(),
        recused=[row for row in judged_by if row.state == "barred"],
        events=events,
        records=records,
        can_screen=screens and can_screen is None,
        screening_refusal=can_screen,
        errors=errors or {},
        error_list=[
            Problem("verdict-0" if key == "verdict" else key, text) for key, text in (errors or {}).items()
        ],
        most_events=read.MOST_EVENTS,
        typed=typed or {},
        done=did(f"entry.{request.args['done']}") if request.args.get("done") in (*ACTS, "screen") else "",
    )


def _not_yet(verdicts: dict[str, Allowed | Refused]) -> list[tuple[str, str]]:
    """Acts that belong to this person but must wait, with the reason."""
    silent = (Why.WRONG_STATE, Why.NOT_YOURS, Why.CONFLICT)
    return [
        (ACTS[key].button, verdict.sentence)
        for key, verdict in verdicts.items()
        if isinstance(verdict, Refused) and verdict.why not in silent and key != "change_level"
    ]


def outcome_word(entry: Any, rule: OutcomeRule) -> str | None:
    """What an entry has come to, where the rule has a word of its own for it."""
    if entry.level:
        return rule.level_name(entry.level)
    lacking = rule.benchmark and entry.state == State.NOT_AWARDED.value
    return KIND_WORDS[Kind.TOWARDS] if lacking else None


def stations(entry: Any, rule: OutcomeRule, zone: str) -> list[tuple[str, str, str, str]]:
    """The four stations of the spine; a state beside it takes the place of the station that was not reached."""
    state = State(entry.state)

    def when(at: datetime | None) -> str:
        return f"{at.astimezone(ZoneInfo(zone)):%-d %b}" if at else ""

    steps = [
        ("draft", "Draft", entry.begun_at),
        ("submitted", "Submitted", entry.submitted_at),
        ("shortlisted", "Shortlisted", None),
        ("awarded", "Awarded", None),
    ]
    reached = {State.DRAFT: 0, State.SUBMITTED: 1, State.RETURNED: 1, State.SHORTLISTED: 2, State.AWARDED: 3}
    here = reached.get(state, 3 if state is State.NOT_AWARDED else 2 if entry.submitted_at else 1)
    found = []
    for n, (key, word, at) in enumerate(steps):
        if n < here:
            found.append(("done", "check", word, when(at)))
        elif n == here:
            now = outcome_word(entry, rule) or STATES[state.value].word
            found.append(("here", STATES[state.value].icon, now, when(entry.state_since)))
        else:
            found.append(("", STATES[key].icon, word, ""))
    ends = state in (State.WITHDRAWN, State.INELIGIBLE, State.NOT_SHORTLISTED)
    return found[: here + 1] if ends else found


def _answers(shown: Shown) -> list[SimpleNamespace]:
    answers = shown.page.sheet.answers
    found = []
    for question in form_of(shown.page.form_version).asked(answers).questions:
        answer = answers.get(question.key, "")
        as_read = told(question, answer)
        if question.kind == "consent" and answer:
            as_read = Told(f"Confirmed (text {answer})")
        found.append(
            SimpleNamespace(
                label=question.label,
                told=as_read,
                words=count_words(as_read.text) if question.kind == "long" else None,
                hidden="" if question.judges else "not for judges",
                identifying=question.identifying,
            )
        )
    return found


def _people(shown: Shown) -> SimpleNamespace:
    entry = shown.page.entry
    with_nominator = entry.workspace_id is None
    values = people_of(entry)
    nominee: list[tuple[str, str]] = []
    nominator: list[tuple[str, str]] = []
    chapters = shown.page.season.chapters
    for person in people_fields(shown.page.category.kind, with_nominator=with_nominator, chapters=chapters):
        text = (
            MAY_TELL.get(values[person.key], "") if person.key == "may_tell" else values.get(person.key, "")
        )
        if text and person.key not in ("title", "nominator_name"):
            label = own(STAFF_LABELS.get(person.key, person.label))
            (nominator if person.nominator else nominee).append((label, text))
    return SimpleNamespace(nominee=nominee, nominator=nominator)


def _events(records: Sequence[Any], mails: Sequence[Any]) -> list[SimpleNamespace]:
    """Everything that happened, newest first: the audit trail and the mails in one line of time."""
    found = []
    for record, _, _ in records:
        key = record.act.removeprefix("entry.")
        body = record.body or {}
        found.append(
            SimpleNamespace(
                at=record.at,
                icon=ACTS[key].icon if key in ACTS else EVENT_ICONS.get(key, "info"),
                who=record.actor_name
                or (own("The nominator") if record.acting_as == "nominator" else "Somebody"),
                acting_as=record.acting_as,
                what=did(record.act),
                detail=_detail(body),
                said=body.get("reason", ""),
                erased=record.body is None,
            )
        )
    found += [
        SimpleNamespace(
            at=mail.sent_at or mail.created_at,
            icon="mail",
            who="",
            what=mail_word(mail.template),
            mail=mail,
            said="",
        )
        for mail in mails
    ]
    return sorted(found, key=lambda event: event.at, reverse=True)


def _detail(body: dict[str, Any]) -> str:
    after, before = body.get("after") or {}, body.get("before") or {}
    if "screening" in after:
        was = f"{screening_word(before['screening'])} → " if before.get("screening") else ""
        return was + screening_word(after["screening"])
    if after.get("state") and before.get("state"):
        level = f" ({after['level']})" if after.get("level") else ""
        return f"{STATES[before['state']].word} → {STATES[after['state']].word}{level}"
    return ""


# ---- screening ----


@blueprint.post("/entry/<handle>/screen")
@open_to(Access.ADMIN)
def screen(handle: str) -> AnyResponse:
    """Say whether the entry is eligible."""
    verdict, reason = request.form.get("verdict", ""), showable(request.form.get("reason", ""))
    try:
        screening.screen(context(), handle, verdict, reason, posted_version())
    except Invalid as error:
        return _entry_page(load(handle), 422, error.errors, {"verdict": verdict, "reason": reason})
    except Faster:
        return faster_page(handle, "screened it", [("Your reason", reason)])
    return redirect(url_for("admin.entry", handle=handle, done="screen"), 303)


def posted_version() -> int:
    """The row version that the posted page was made of; 0, which no row has, for anything else."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


# ---- acts ----


@blueprint.get("/entry/<handle>/<act>")
@open_to(Access.ADMIN)
def act_form(handle: str, act: str) -> Response:
    """The small form of an act, with what it does."""
    words = _words(act)
    shown = _allowed(handle, words)
    cls = form_for(words, shown.rule, shown.facts)
    due = (context().now + DUE_IN).astimezone(ZoneInfo(shown.page.season.timezone))
    data = {"version": str(shown.page.entry.version), "due": due.replace(hour=17, minute=0, tzinfo=None)}
    return _act_page(shown, words, cls(data=data))


@blueprint.post("/entry/<handle>/<act>")
@open_to(Access.ADMIN)
def act(handle: str, act: str) -> AnyResponse:
    """Do the act, once, to the entry as it was shown."""
    words = _words(act)
    if request.form.get("look"):
        return _look_again(handle, words)
    shown = load(handle)
    form = form_for(words, shown.rule, shown.facts)(_posted())
    given, errors = given_of(form, shown.page.season.timezone)
    if errors:
        return _refused(shown, words, form, errors)
    decided = State(shown.page.entry.state) in (State.AWARDED, State.NOT_AWARDED)
    try:
        if words.key == "change_level":
            acting.change_level(context(), handle, given, posted_version())
        elif words.act is Act.DISQUALIFY and decided:
            acting.disqualify_decided(context(), handle, given, posted_version())
        else:
            acting.press(context(), handle, words.act, given, posted_version())
    except Invalid as error:
        return _refused(load(handle), words, form, error.errors)
    except (NotNow, NotAllowed) as error:
        field = FIELD_OF.get(error.code)
        if field is None or field not in form:
            raise
        return _refused(load(handle), words, form, {field: error.sentence})
    except Faster:
        return faster_page(handle, words.did, _typed(form), words)
    return redirect(url_for("admin.entry", handle=handle, done=words.key), 303)


def _posted() -> MultiDict[str, str]:
    """What was posted, as far as a page can show it again."""
    return MultiDict((name, showable(value)) for name, value in request.form.items(multi=True))


def _words(act: str) -> ActWords:
    if act not in ACTS:
        raise NotFound
    return ACTS[act]


def _allowed(handle: str, words: ActWords) -> Shown:
    shown = load(handle)
    verdict = shown.verdict(words)
    if isinstance(verdict, Refused):
        raise NotNow.because(verdict)
    return shown


def _look_again(handle: str, words: ActWords) -> Response:
    """After somebody was faster: the form as it was filled in, for the entry as it is now."""
    shown = _allowed(handle, words)
    posted = _posted()
    posted["version"] = str(shown.page.entry.version)
    return _act_page(shown, words, form_for(words, shown.rule, shown.facts)(posted))


def _refused(shown: Shown, words: ActWords, form: Form, errors: dict[str, str]) -> Response:
    for name, sentence in errors.items():
        if name in form:
            form[name].errors = [sentence]
        else:
            form.form_errors.append(sentence)
    return _act_page(shown, words, form, 422)


def _act_page(shown: Shown, words: ActWords, form: Form, status: int = 200) -> Response:
    page = shown.page
    roles = with_implied(shown.standing.roles)
    released = page.shortlist.released_at is not None or page.outcomes.released_at is not None
    return render(
        "admin/act.html",
        status,
        room=room(page.season, "queue"),
        entry=page.entry,
        page=page,
        words=words,
        form=form,
        level=outcome_word(page.entry, shown.rule),
        benchmark=shown.rule.benchmark,
        correction=released and Role.OWNER in roles and words.act in (Act.RECONSIDER, Act.REVOKE),
    )


def _typed(form: Form) -> list[tuple[str, str]]:
    """What was typed into the form, to be given back."""
    found = []
    for name in form._fields:
        text = form[name].raw_data[0] if form[name].raw_data else ""
        if name != "version" and text:
            found.append((str(form[name].label.text), text))
    return found


def faster_page(
    handle: str, wanted: str, typed: list[tuple[str, str]], words: ActWords | None = None
) -> Response:
    """Somebody was faster: who, what and when, beside what was pressed here, with every typed word kept."""
    current_session().rollback()
    shown = load(handle)
    records = read.records(current_session(), shown.page.entry.id)
    latest = records[0][0] if records else None
    verdict = shown.verdict(words) if words else None
    return render(
        "admin/faster.html",
        409,
        room=room(shown.page.season, "queue"),
        season=shown.page.season,
        entry=shown.page.entry,
        zone=shown.page.season.timezone,
        latest=latest,
        news=did(latest.act) if latest else "changed it",
        said=((latest.body or {}).get("reason") or "") if latest else "",
        change=(latest.body or {}) if latest else {},
        wanted=wanted,
        typed=typed,
        fields=[(k, v) for k, v in _posted().items() if k not in ("csrf_token", "version", "look")],
        words=words,
        refusal=verdict.sentence if isinstance(verdict, Refused) else "",
    )
