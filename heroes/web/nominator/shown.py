"""An entry as its entrant reads it: the answers, where it stands in plain words, and the promised dates."""

from dataclasses import dataclass
from datetime import datetime

from heroes.domain.entry_states import Face, State, face
from heroes.domain.nominations import MAY_TELL, people_fields
from heroes.domain.outcomes import parse_outcome_rule
from heroes.domain.questions import Form, Question, Told, count_words, told
from heroes.services.nomination_forms import form_of, people_of
from heroes.services.own_entries import Draft
from heroes.web.kit.terms import own


@dataclass(frozen=True, slots=True)
class Line:
    """One question with its answer; `anchor` is the control of the form that a link to it must name."""

    label: str
    told: Told
    anchor: str
    required: bool
    long: bool = False

    @property
    def text(self) -> str:
        """The answer as plain text."""
        return self.told.text

    @property
    def words(self) -> int | None:
        """How many words, where that matters."""
        return count_words(self.text) if self.long else None


@dataclass(frozen=True, slots=True)
class Group:
    """Answers under one heading."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One promised date; `at` is None where none has been set, `done` once it has happened."""

    title: str
    at: datetime | None
    text: str
    done: bool


@dataclass(frozen=True, slots=True)
class Said:
    """Where an entry stands, in plain words."""

    head: str
    text: str


FACES: dict[Face, Said] = {
    Face.DRAFT: Said(
        "This is a draft", "Nobody has read it yet. Everything you wrote is kept here until you send it."
    ),
    Face.SUBMITTED: Said(
        "It is in",
        "We have it, and nothing more is needed from you. If anything is missing, we will ask you.",
    ),
    Face.RETURNED: Said("We have a question", "It is back with you, with everything still in it."),
    Face.WITHDRAWN: Said("Withdrawn", "It is out of the judging. Your words are still here."),
    Face.INELIGIBLE: Said("Set aside", "It cannot be judged this year. Your words are still here."),
    Face.IN_JUDGING: Said(
        "In judging", "It is with the judges. Everybody hears at the same moment, on the dates below."
    ),
    Face.SHORTLISTED: Said(
        "Shortlisted", "The judges want it among the best of the year. Thank you for telling us."
    ),
    Face.NOT_SHORTLISTED: Said(
        "Not shortlisted this year",
        "It was read and marked with care, and others stood above it this time. What was done is no smaller for it.",
    ),
    Face.AWARDED: Said("Awarded", "It is one of the heroes of the year. Thank you for telling us."),
    Face.WORKING_TOWARDS: Said(
        "Working towards it",
        "It has not reached the benchmark yet. This is between you and those who run it: it is named on no page.",
    ),
    Face.FINALIST: Said(
        "A finalist",
        "It stood among the very last. There are more finalists than awards, and it was one of them.",
    ),
}


TOLD_THE_SCORE = frozenset({Face.AWARDED, Face.FINALIST, Face.NOT_SHORTLISTED, Face.WORKING_TOWARDS})
"""Where an entry that was judged stands once all is out; then its entrant learns its score."""
_CALIBRATED = (
    "Some judges mark strictly and some mildly. How far each of them is above or below their colleagues on the same"
    " entries has been taken out, so that it does not matter who read it; where few have, the score is moved a little"
    " towards everybody’s average."
)
COUNTED = {
    "calibrated": _CALIBRATED,
    "calibrated-limits": _CALIBRATED,
    "mean": "It is the average of the judges’ totals.",
    "final-panel": "It is the average of the totals of a panel in which every judge read every entry.",
    "trimmed-mean": (
        "For each criterion the highest and the lowest mark were left out where five judges or more read it."
    ),
    "median": "It is the middle one of the judges’ totals.",
}
"""How a score came about, in words for entrants, by method."""


def shown_answers(draft: Draft) -> list[Group]:
    """Questions that were asked, with their answers as people read them, by section; who nominates comes last."""
    people, answers = people_of(draft.entry), draft.sheet.answers
    you: list[Line] = []
    nominee: list[Line] = []
    for person in people_fields(
        draft.category.kind, with_nominator=draft.with_nominator, chapters=draft.season.chapters
    ):
        chosen = person.key == "may_tell"
        text = Told(person_text(person.key, people.get(person.key, "")))
        line = Line(own(person.label), text, f"{person.key}-0" if chosen else person.key, person.required)
        (you if person.nominator else nominee).append(line)
    groups = [Group(own(NOMINEE_TITLES[draft.category.kind]), tuple(nominee))]
    groups += shown_questions(form_of(draft.form_version), answers)
    return [*groups, Group("You", tuple(you))] if you else groups


def shown_questions(form: Form, answers: dict[str, str]) -> list[Group]:
    """The form's own questions that were asked, with their answers, by section."""
    return [
        Group(section.title, tuple(_line(q, answers.get(q.key, "")) for q in section.questions))
        for section in form.asked(answers).sections
    ]


NOMINEE_TITLES = {
    "person": "Who you are nominating",
    "team": "The team",
    "organisation": "What you are entering",
}
"""The heading over the built-in questions about the nominee, by kind of category."""


def _anchor(question: Question) -> str:
    if question.kind in ("choice", "many", "yes_no"):
        return f"{question.key}-0"
    if question.kind in ("people", "table"):
        return f"{question.key}-0-{1 if question.rows else 0}"
    return question.key


def _line(question: Question, answer: str) -> Line:
    return Line(
        label=question.label,
        told=told(question, answer),
        anchor=_anchor(question),
        required=question.required,
        long=question.kind in ("short", "long") and question.words is not None,
    )


def person_text(key: str, value: str) -> str:
    """What was typed into a built-in field, as people read it."""
    return MAY_TELL.get(value, value) if key == "may_tell" else value


def face_of(draft: Draft, now: datetime) -> Face:
    """What the entrant may be told about where the entry stands."""
    return face(
        State(draft.entry.state),
        judging_started=now >= draft.season.judging_starts_at,
        shortlist_released=draft.shortlist.released_at is not None,
        outcomes_released=draft.outcomes.released_at is not None,
        benchmark=parse_outcome_rule(draft.category.outcome).benchmark,
    )


def level_of(draft: Draft, shown: Face) -> str | None:
    """The name of the level that it was awarded, once that is out."""
    if shown is not Face.AWARDED or not draft.entry.level:
        return None
    return parse_outcome_rule(draft.category.outcome).level_name(draft.entry.level)


def promised(draft: Draft, now: datetime) -> list[Step]:
    """What happens to an entry and when: from the calendar only, the same whatever has been decided."""
    season, shortlist, outcomes = draft.season, draft.shortlist, draft.outcomes
    begins = season.judging_starts_at
    steps = [
        Step("Received", draft.entry.submitted_at, "We have it, and a copy has been sent to you.", True),
        Step("Judging begins", begins, "Judges read it, each alone.", now >= begins),
    ]
    if parse_outcome_rule(draft.category.outcome).benchmark:
        told = "You hear from us either way: what was reached, or what is missing."
        return [*steps, _release("Outcomes", outcomes.planned_at, outcomes.released_at, told)]
    return [
        *steps,
        _release(
            "Shortlist",
            shortlist.planned_at,
            shortlist.released_at,
            "You hear from us either way, at the same moment as everybody else.",
        ),
        _release(
            "Winners", outcomes.planned_at, outcomes.released_at, "They are named, and the gallery opens."
        ),
    ]


def _release(title: str, planned: datetime | None, released: datetime | None, text: str) -> Step:
    return Step(title, released or planned, text, released is not None)


def as_text(draft: Draft) -> str:
    """The whole entry as plain text, to keep."""
    entry, sheet = draft.entry, draft.sheet
    lines = [f"{draft.season.name}: {draft.category.name}", entry.reference or "Draft, not sent", ""]
    for group in shown_answers(draft):
        lines += [group.title.upper(), ""]
        for line in group.lines:
            lines += [line.label, line.text or "(left empty)", ""]
    if sheet.sent_at is not None:
        lines += [f"Sent: {sheet.sent_at.isoformat()}", f"Fingerprint: {sheet.digest}", ""]
    return "\n".join(lines)
