"""An entry as a judge reads it. In a blind round what identifies somebody never reaches the template."""

from dataclasses import dataclass

from heroes.domain.questions import Form, Told, told, words_to_judge
from heroes.domain.scorecards import minutes
from heroes.models.judge_pages import CardRow
from heroes.services.nomination_forms import form_of, people_of
from heroes.web.kit.terms import own


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and what was answered, as people read it."""

    label: str
    told: Told


@dataclass(frozen=True, slots=True)
class TheEntry:
    """What a judge may see of an entry: a name or a code name, facts about people, answers."""

    name: str
    category: str
    facts: tuple[tuple[str, str], ...]
    answers: tuple[Answer, ...]
    words: int
    minutes: int
    blind: bool


def entry_to_read(row: CardRow) -> TheEntry:
    """The entry of an assignment, without anything that its round hides."""
    form = form_of(row.form_version)
    answers = answers_to_read(form, row.sheet.answers, blind=row.round.blind)
    words = words_to_judge(form, row.sheet.answers, blind=row.round.blind)
    return TheEntry(
        name=row.name,
        category=row.category.name,
        facts=() if row.round.blind else _facts(row),
        answers=answers,
        words=words,
        minutes=minutes(words),
        blind=row.round.blind,
    )


def answers_to_read(form: Form, given: dict[str, str], *, blind: bool) -> tuple[Answer, ...]:
    """Every question that was asked and that judges may see, with its answer."""
    shown = form.asked(given).for_judges(blind=blind)
    return tuple(Answer(q.label, told(q, given.get(q.key, ""))) for q in shown.questions)


def _facts(row: CardRow) -> tuple[tuple[str, str], ...]:
    # The form promises that judges do not see who nominates, in any round; how they know each other could say it too.
    people = row.sheet.people or people_of(row.entry)
    shown = (
        ("Role", "nominee_role"),
        (own("Organisation"), "organisation_name"),
        ("Sector", "sector"),
    )
    return tuple((label, people[key]) for label, key in shown if people.get(key))
