"""A form's questions, and whether answers fit them. One rule for browser, server and judge view.

`asking` says what a form is, `kinds` which kinds of question there are, `parsing` reads and writes forms as plain
data, `answering` checks answers, `grids` holds those of several cells, `telling` words them, `comparing` tells two
forms apart.
"""

from heroes.domain.questions.answering import (
    MOST_CHARACTERS,
    check,
    clean,
    day_of,
    furthest,
    sent,
    still_fits,
    too_long,
    words_to_judge,
)
from heroes.domain.questions.asking import (
    MOST_PEOPLE,
    MOST_ROWS,
    Answers,
    Column,
    Condition,
    Form,
    Kind,
    Question,
    Section,
)
from heroes.domain.questions.comparing import differences
from heroes.domain.questions.grids import (
    PERSON_FIELDS,
    Person,
    Row,
    decode_people,
    decode_table,
    encode_people,
    encode_table,
    grid,
    grid_text,
    value,
)
from heroes.domain.questions.kinds import CONDITIONAL_ON, KINDS, KindWords
from heroes.domain.questions.parsing import RESERVED, BadForm, as_data, parse_form
from heroes.domain.questions.telling import (
    PERSON_WORDS,
    Table,
    Told,
    answer_text,
    column_words,
    condition_words,
    explained,
    range_words,
    told,
)
from heroes.domain.questions.texts import (
    clean_text,
    count_words,
    email_error,
    number_of,
    on_one_line,
    showable,
)

__all__ = [
    "CONDITIONAL_ON",
    "KINDS",
    "MOST_CHARACTERS",
    "MOST_PEOPLE",
    "MOST_ROWS",
    "PERSON_FIELDS",
    "PERSON_WORDS",
    "RESERVED",
    "Answers",
    "BadForm",
    "Column",
    "Condition",
    "Form",
    "Kind",
    "KindWords",
    "Person",
    "Question",
    "Row",
    "Section",
    "Table",
    "Told",
    "answer_text",
    "as_data",
    "check",
    "clean",
    "clean_text",
    "column_words",
    "condition_words",
    "count_words",
    "day_of",
    "decode_people",
    "decode_table",
    "differences",
    "email_error",
    "encode_people",
    "encode_table",
    "explained",
    "furthest",
    "grid",
    "grid_text",
    "number_of",
    "on_one_line",
    "parse_form",
    "range_words",
    "sent",
    "showable",
    "still_fits",
    "told",
    "too_long",
    "value",
    "words_to_judge",
]
