"""What differs between two versions of a form, in sentences."""

from collections.abc import Sequence

from heroes.domain.questions.answering import day_words
from heroes.domain.questions.asking import Form, Question
from heroes.domain.questions.kinds import KINDS
from heroes.domain.questions.telling import column_words, condition_words


def differences(before: Form, after: Form) -> list[str]:
    """What somebody who knows the form before must be told about the form after, in its order; empty if nothing."""
    old = {question.key: question for question in before.questions}
    new = {question.key: question for question in after.questions}
    said = _sections(before, after)
    under = {q.key: section.title for section in before.sections for q in section.questions}
    for section in after.sections:
        for question in section.questions:
            was = old.get(question.key)
            if was is None:
                need = "must be answered" if question.required else "may be left empty"
                said.append(f"“{question.label}” is new, and {need}.")
                continue
            said += _question(after, was, question)
            if under[question.key] != section.title and section.title:
                said.append(f"“{question.label}” is now asked under “{section.title}”.")
    said += [f"“{question.label}” is no longer asked." for key, question in old.items() if key not in new]
    if [key for key in old if key in new] != [key for key in new if key in old]:
        said.append("Questions are asked in another order.")
    return said


def _sections(before: Form, after: Form) -> list[str]:
    old = {section.title: section for section in before.sections}
    new = {section.title: section for section in after.sections}
    said = [f"There is a new section, “{title}”." for title in new if title and title not in old]
    said += [f"The section “{title}” is gone." for title in old if title and title not in new]
    return said + [
        f"The introduction of “{title or 'the form'}” reads differently."
        for title in new
        if title in old and old[title].intro != new[title].intro
    ]


def _question(after: Form, was: Question, now: Question) -> list[str]:
    name = f"“{now.label}”"
    said = []
    if was.label != now.label:
        said.append(f"“{was.label}” now reads {name}.")
    if was.kind != now.kind:
        said.append(f"{name} is now of the kind “{KINDS[now.kind].words}”; it was “{KINDS[was.kind].words}”.")
    if was.required != now.required:
        said.append(f"{name} {'must now be answered' if now.required else 'may now be left empty'}.")
    if was.help != now.help:
        said.append(f"The help for {name} reads differently.")
    if was.when != now.when:
        words = condition_words(after, now)
        said.append(f"{name} is now asked {words[0].lower() + words[1:] if words else 'always.'}")
    if was.categories != now.categories:
        said.append(f"{name} is now asked in {', '.join(now.categories) or 'every category'}.")
    for what, old, new in _limits(was, now):
        if old != new:
            said.append(f"{name}: {what} is now {new or 'none'}; it was {old or 'none'}.")
    said += _lists(name, "choice", was.choices, now.choices)
    said += _lists(name, "row", was.rows, now.rows)
    said += _lists(
        name,
        "column",
        [column_words(column) for column in was.columns],
        [column_words(column) for column in now.columns],
    )
    numbers = [{c.name for c in one.columns if c.number} for one in (was, now)]
    said += [
        f"{name}: the column “{column}” now takes numbers only." for column in sorted(numbers[1] - numbers[0])
    ]
    said += [
        f"{name}: the column “{column}” now takes any text." for column in sorted(numbers[0] - numbers[1])
    ]
    return said + _seen(name, was, now)


def _limits(was: Question, now: Question) -> list[tuple[str, str, str]]:
    def text(value: object) -> str:
        return "" if value is None else str(value)

    return [
        ("the word limit", text(was.words), text(now.words)),
        ("the lowest number", text(was.minimum), text(now.minimum)),
        ("the highest number", text(was.maximum), text(now.maximum)),
        ("the unit", was.unit, now.unit),
        ("the earliest day", day_words(was.earliest), day_words(now.earliest)),
        ("the latest day", day_words(was.latest), day_words(now.latest)),
        ("the most that can be given", text(was.most), text(now.most)),
        ("the version of its text", was.consent_version, now.consent_version),
    ]


def _lists(name: str, what: str, old: Sequence[str], new: Sequence[str]) -> list[str]:
    said = [f"{name} has a new {what}, “{one}”." for one in new if one not in old]
    said += [f"{name} no longer has the {what} “{one}”." for one in old if one not in new]
    if not said and list(old) != list(new):
        said.append(f"{name} has its {what}s in another order.")
    return said


def _seen(name: str, was: Question, now: Question) -> list[str]:
    said = []
    if was.judges != now.judges:
        said.append(f"Judges {'now see' if now.judges else 'no longer see'} the answer to {name}.")
    if was.identifying != now.identifying:
        hidden = (
            "now hidden from judges in blind rounds"
            if now.identifying
            else "no longer hidden in blind rounds"
        )
        said.append(f"{name} is {hidden}.")
    if was.public != now.public:
        said.append(f"The answer to {name} {'may now' if now.public else 'can no longer'} be published.")
    if was.emails != now.emails:
        said.append(f"{name} {'now asks' if now.emails else 'no longer asks'} for e-mail addresses.")
    return said
