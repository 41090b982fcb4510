"""Why a score is what it is, in sentences that anybody can follow with the numbers in hand."""

from collections.abc import Mapping

from heroes.domain.counting.standings import Adjusted, Explanation

HARDLY = "hardly"
_SHARES = (
    *((0.0, HARDLY), (0.05, "a twentieth of the way"), (0.1, "a tenth of the way")),
    *((0.125, "an eighth of the way"), (1 / 6, "a sixth of the way"), (0.2, "a fifth of the way")),
    *((0.25, "a quarter of the way"), (1 / 3, "a third of the way"), (0.4, "two fifths of the way")),
    *((0.5, "half of the way"), (0.6, "three fifths of the way"), (2 / 3, "two thirds of the way")),
    *((0.75, "three quarters of the way"), (0.9, "nine tenths of the way"), (1.0, "all the way")),
)
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def why(found: Explanation, names: Mapping[str, str]) -> tuple[str, ...]:
    """The sentences of a score: each judge's leniency taken out, the average, and the move to the field's mean.

    Numbers have one decimal, of the criteria's common scale; `names` maps judges to what they are called here.
    """
    said = [_judge(review, names.get(review.judge, review.judge)) for review in found.reviews]
    average, score = f"{found.average:.1f}", f"{found.score:.1f}"
    count = len(found.reviews)
    if found.kept >= 1:
        return (*said, f"Their average is the score: {score}.")
    cards = f"{'only ' if count < 3 else ''}{_in_words(count)} scorecard{'' if count == 1 else 's'}"
    opening = f"Average {average}. " if count > 1 else ""
    part = share(1 - found.kept)
    moved = "hardly move it towards" if part == HARDLY else f"move it {part} to"
    return (*said, f"{opening}With {cards} we {moved} everybody’s average, {found.field_mean:.1f}: {score}.")


def _judge(review: Adjusted, name: str) -> str:
    gave, counts = f"{review.gave:.1f}", f"{review.counts_as:.1f}"
    if gave == counts:
        return f"{name} scores as colleagues do on the same entries: {gave} counts as it is."
    side = "above" if review.leniency > 0 else "below"
    return (
        f"{name} scores {abs(review.leniency):.1f} {side} colleagues on the same entries:"
        f" the {gave} given counts as {counts}."
    )


def share(part: float) -> str:
    """A share of a distance in words: the nearest plain fraction, "about" where it is not quite that."""
    nearest, words = min(_SHARES, key=lambda known: abs(known[0] - part))
    return words if abs(nearest - part) < 0.01 or words == HARDLY else f"about {words}"


def _in_words(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)
