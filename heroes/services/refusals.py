"""What a service raises when it will not do what was asked. Each has a code and a sentence for people."""

from collections.abc import Mapping, Sequence

from heroes.domain.workflow import SENTENCES, Refused, Why


class Refusal(Exception):
    """The base of every refusal. Nothing was written."""

    code = "refused"

    def __init__(self, sentence: str, code: str | None = None) -> None:
        """Keep the sentence that a person reads and the code that a program reads."""
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or self.code


class NotFound(Refusal):
    """There is no such thing, or the actor may not know that there is."""

    code = "not_found"

    def __init__(self, what: str = "There is no page at this address.") -> None:
        """Say as little as the sentence does."""
        super().__init__(what)


class NotAllowed(Refusal):
    """The actor may see it but not do this."""

    code = "not_allowed"


class OnlyLooking(NotAllowed):
    """Somebody looks at the site as somebody else, which changes nothing."""

    code = "only_looking"


class NotNow(Refusal):
    """The state machine refuses; `code` is its reason."""

    @classmethod
    def because(cls, refused: Refused) -> "NotNow | NotAllowed":
        """The exception that fits a refusal of the state machine."""
        kind = NotAllowed if refused.why in (Why.NOT_YOURS, Why.CONFLICT, Why.OWNER_ONLY) else cls
        return kind(SENTENCES[refused.why], refused.why.value)


class Invalid(Refusal):
    """Something handed over does not fit: field -> sentence."""

    code = "invalid"

    def __init__(self, errors: Mapping[str, str], sentence: str = "") -> None:
        """Keep the errors by field."""
        super().__init__(sentence or next(iter(errors.values()), "Something does not fit."))
        self.errors = dict(errors)


class Faster(Refusal):
    """Somebody changed it first. Says who, what and when; nothing of this press was written."""

    code = "faster"

    def __init__(
        self,
        sentence: str,
        *,
        who: str = "",
        what: str = "",
        when: object = None,
        affected: Sequence[str] = (),
    ) -> None:
        """Keep who did what and when, for the page that shows both, and the handles of the entries it touches."""
        super().__init__(sentence)
        self.affected = tuple(affected)
        self.who = who
        self.what = what
        self.when = when


class NeedsReason(Refusal):
    """The change touches the rule card of a season that is open: it wants a reason, which everybody will read."""

    code = "needs_reason"

    def __init__(self, changes: Sequence[str]) -> None:
        """Keep what would change, one sentence each."""
        super().__init__("The rule card is public. Say why it changes: everybody will read your reason.")
        self.changes = tuple(changes)


class TooOften(Refusal):
    """A rate limit; `seconds` until it may be tried again."""

    code = "too_often"

    def __init__(self, seconds: int) -> None:
        """Say when to try again."""
        super().__init__(
            "That is more than we take in an hour. Nothing is lost: please try again a little later."
        )
        self.seconds = seconds
