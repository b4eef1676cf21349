"""Questions and their answers without exports."""

from collections.abc import Sequence

from rm_research.drafting.answers import Answered, judge
from rm_research.drafting.columns import Column
from rm_research.drafting.pairing import Question
from rm_research.drafting.sets import AnswerSet, find_sets

OFTEN = 12  # rows of each answer


def question(
    counts: dict[str, int], *, code: str = "q1", text: str = "", waves: Sequence[str] = ("pre", "post")
) -> Question:
    """A question that got the same answers in every wave."""
    return Question({wave: Column(code, code, text, counts) for wave in waves})


def answered(counts: dict[str, int], **more: object) -> Answered:
    """What is made of its answers."""
    found = judge(question(counts, **more))  # type: ignore[arg-type]
    assert found is not None
    return found


def worded(labels: Sequence[str]) -> AnswerSet:
    """Set of answers of a question that got each of these equally often."""
    return find_sets([answered(dict.fromkeys(labels, OFTEN))])[0]
