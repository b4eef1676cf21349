"""Everything that goes into a draft, before it is put into words."""

from dataclasses import dataclass

from rm_research.drafting.facts import Facts
from rm_research.drafting.items import DraftItem
from rm_research.drafting.occasions import Occasion, Occasions
from rm_research.drafting.people import Person
from rm_research.drafting.scales import DraftScale
from rm_research.drafting.sets import AnswerSet


@dataclass(frozen=True, eq=False)
class Parts:
    """
    What the exports hold.

    Attributes
    ----------
    title : str
    occasions : Occasions
    facts : Facts
    person : Person
    items : tuple of DraftItem
        Rows of the codebook, each with its scale.
    scales : tuple of DraftScale
    blanks : tuple of str
        Entries that mean no answer.
    left_out : tuple of str
        Columns with answers that are not items: free text, choices, measurements.
    renumbered : tuple of str
        Codes that stand for different questions in different waves.
    unlike : tuple of str
        Items that share a name with one of an earlier wave, but none of its answers.
    returned : dict of str to str
        Column filled in most rows, for each wave that asks no item.
    personal : tuple of str
        Columns of personal data that are not used as a person's code.
    """

    title: str
    occasions: Occasions
    facts: Facts
    person: Person
    items: tuple[DraftItem, ...]
    scales: tuple[DraftScale, ...]
    blanks: tuple[str, ...]
    left_out: tuple[str, ...]
    renumbered: tuple[str, ...]
    unlike: tuple[str, ...]
    returned: dict[str, str]
    personal: tuple[str, ...]

    @property
    def waves(self) -> tuple[Occasion, ...]:
        """Waves in order of time."""
        return self.occasions.waves

    @property
    def tables(self) -> list[AnswerSet]:
        """Tables of printed answers that items use, without repeats."""
        used = [item for item in self.items if item.answers.name and not item.chosen]
        return list({item.answers.name: item.answers for item in used}.values())

    @property
    def asked_again(self) -> list[DraftItem]:
        """Items that more than one wave asks."""
        return [item for item in self.items if len(item.question.waves) > 1]
