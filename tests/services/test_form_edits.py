"""Any sequence of edits leaves a form that can be published and answered, or that says what stops it."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from heroes.domain import form_designs as forms
from heroes.domain.form_designs import BadMove, Gone, Sections
from heroes.domain.question_settings import Typed, fields_of, read_question
from heroes.domain.questions import KINDS, check, parse_form
from heroes.domain.sample_answers import sample_answers
from heroes.models.seasons import Category, FormDesign
from heroes.services.form_publishing import unfit

CATEGORIES = {"people": "People", "teams": "Teams"}
USERS = [Category(slug=slug, name=name) for slug, name in CATEGORIES.items()]
NUMBERS = st.integers(0, 4)
ASKED = st.sampled_from([*KINDS, *("choice", "many", "yes_no") * 4])
"""Every kind, and more often one that others can hang on."""
LINES = st.sampled_from(["Day\nNight", "Day\nNight\nLate", "Night\nDay", "", "Day\nDay"])
TYPED = st.fixed_dictionaries(
    {
        "label": st.sampled_from(["Which shift?", "Why?", "Überall 日本", "9 lives", ""]),
        "choices": LINES,
        "rows": LINES,
        "columns": st.lists(st.sampled_from(["", "Calls", "Cost"]), max_size=3),
        "consent_version": st.sampled_from(["1", ""]),
        "words": st.sampled_from(["", "", "5", "x"]),
        "most": st.sampled_from(["", "", "2", "99"]),
        "minimum": st.sampled_from(["", "1.5", "7"]),
        "maximum": st.sampled_from(["", "2", "1e9"]),
        "when": NUMBERS,
        "answers": st.just(["Day", "Night", "yes"]),
        "category": st.sampled_from(["", "people", "teams"]),
    }
)


class Building(RuleBasedStateMachine):
    """A form in many hands."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: Sections = forms.add_section(forms.add_section([], "First"), "Second")

    def asked(self, kind: Any, given: dict[str, Any], place: forms.Place) -> dict[str, Any] | None:
        conditions = forms.can_hang_on(self.sections, place)
        on = conditions[given["when"] % len(conditions)]["key"] if conditions and given["when"] else ""
        texts = {name: text for name, text in given.items() if isinstance(text, str)} | {
            "when": on,
            "some_categories": given["category"],
        }
        ticked = {
            f"when-{on}": given["answers"],
            "categories": [given["category"]],
            "columns-name": given["columns"],
        }
        question, errors = read_question(
            kind, Typed(texts, ticked), conditions=conditions, categories=CATEGORIES
        )
        assert set(errors) <= set(fields_of(kind))
        return None if errors else question

    def key(self, number: int) -> str:
        keys = [one["key"] for one in forms.every_question(self.sections)]
        return keys[number % len(keys)] if keys else "none"

    @rule()
    def add_section(self) -> None:
        self.sections = forms.add_section(self.sections, f"Section {len(self.sections)}")

    @rule(number=NUMBERS, kind=ASKED, given=TYPED)
    def add_question(self, number: int, kind: Any, given: dict[str, Any]) -> None:
        number %= max(1, len(self.sections))
        if self.sections:
            place = forms.Place(number, len(self.sections[number]["question"]))
            question = self.asked(kind, given, place)
            if question:
                taken = [one["key"] for one in forms.every_question(self.sections)]
                key = forms.free_key(question["label"], taken)
                self.sections = forms.add_question(self.sections, number, {"key": key} | question)

    @rule(number=NUMBERS, kind=ASKED, given=TYPED)
    def change_question(self, number: int, kind: Any, given: dict[str, Any]) -> None:
        key = self.key(number)
        if key != "none":
            question = self.asked(kind, given, forms.place_of(self.sections, key))
            if question and not forms.answer_lost(self.sections, key, question):
                self.sections = forms.change_question(self.sections, key, question)

    @rule(what=st.sampled_from(["up", "down", "remove", "to"]), number=NUMBERS, to=NUMBERS)
    def move_or_remove_question(self, what: str, number: int, to: int) -> None:
        key, before = self.key(number), self.sections
        try:
            if what == "remove":
                self.sections = forms.remove_question(before, key)
            else:
                step = {"up": forms.one_up, "down": forms.one_down}
                place = step[what](before, key) if what in step else forms.Place(to, number)
                self.sections = forms.move_question(before, key, place.section, place.index)
        except (BadMove, Gone):
            assert self.sections is before

    @rule(what=st.sampled_from(["move", "remove"]), number=NUMBERS, to=NUMBERS)
    def move_or_remove_section(self, what: str, number: int, to: int) -> None:
        before = self.sections
        try:
            if what == "move":
                self.sections = forms.move_section(before, number, to)
            elif to == 0:
                self.sections = forms.remove_section(before, number)
        except (BadMove, Gone):
            assert self.sections is before

    @invariant()
    def it_is_published_or_says_why_not(self) -> None:
        problems = unfit(FormDesign(name="It", sections=self.sections), USERS)
        if problems:
            asked = {
                place
                for one in forms.every_question(self.sections)
                for place in one.get("categories", ["all"])
            }
            nothing = "It asks nothing yet." if not asked else ""
            assert set(problems) <= {
                nothing,
                "People would be asked nothing.",
                "Teams would be asked nothing.",
            }
            return
        filled = [section for section in self.sections if section["question"]]
        whole = parse_form(filled)
        for category in USERS:
            form = parse_form(forms.asked_in(filled, whole, category.slug))
            assert form == whole.for_category(category.slug)
            assert check(form, sample_answers(form)) == {}


TestBuilding = Building.TestCase
TestBuilding.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
