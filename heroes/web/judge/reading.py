"""An entry as a judge reads it. In a blind round what identifies somebody never reaches the template."""

from dataclasses import dataclass

from heroes.domain.questions import Form, count_words
from heroes.domain.scorecards import minutes
from heroes.models.judge_pages import CardRow
from heroes.services.nomination_forms import form_of, people_of
from heroes.web.kit.terms import own


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and what was answered, as people read it; `link` is the address of an answer that is one."""

    label: str
    text: str
    link: str = ""


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
    answers = _answers(form.without_identifying() if row.round.blind else form, row.sheet.answers)
    words = sum(count_words(answer.text) for answer in answers)
    return TheEntry(
        name=row.name,
        category=row.category.name,
        facts=() if row.round.blind else _facts(row),
        answers=answers,
        words=words,
        minutes=minutes(words),
        blind=row.round.blind,
    )


def _answers(form: Form, given: dict[str, str]) -> tuple[Answer, ...]:
    # A consent is given to the organisers; a judge has nothing to weigh in it.
    asked = [question for question in form.questions if question.kind != "consent"]
    return tuple(
        Answer(
            question.label,
            _said(question.kind, given.get(question.key, ""), question.unit),
            given.get(question.key, "") if question.kind == "link" else "",
        )
        for question in asked
    )


def _said(kind: str, answer: str, unit: str) -> str:
    if kind == "yes_no":
        return {"yes": "Yes", "no": "No"}.get(answer, answer)
    if kind == "number" and answer and unit:
        return f"{answer}{unit if unit == '%' else ' ' + unit}"
    return answer


def _facts(row: CardRow) -> tuple[tuple[str, str], ...]:
    # The form promises that judges do not see who nominates, in any round; how they know each other could say it too.
    people = row.sheet.people or people_of(row.entry)
    shown = (
        ("Role", "nominee_role"),
        (own("Organisation"), "organisation_name"),
        ("Sector", "sector"),
    )
    return tuple((label, people[key]) for label, key in shown if people.get(key))
