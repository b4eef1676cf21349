"""A questionnaire as all platforms are given it: what is asked of whom, in which order, with which answers."""

from dataclasses import dataclass

Option = tuple[str, str]  # code, and what is printed


@dataclass(frozen=True)
class Question:
    """
    One question.

    Attributes
    ----------
    name : str
        The column of the export.
    text : str
    kind : str
        'choice' of one of the options; 'line' or 'text' to be written.
    options : tuple of (str, str)
    required : bool
    """

    name: str
    text: str
    kind: str = "choice"
    options: tuple[Option, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Block:
    """
    Questions that stand together.

    Attributes
    ----------
    questions : tuple of Question
    lead : str
        What stands above them.
    roles : tuple of str
        To whom they are shown; all if empty.
    """

    questions: tuple[Question, ...]
    lead: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """
    The questionnaire of one export.

    Attributes
    ----------
    name : str
        Of its file, without an ending.
    title, language, intro, thanks : str
    consent : Question or None
        Only who says yes (the first option) is asked more.
    blocks : tuple of Block
    role : Question or None
        Which tells people of different roles apart, if the export has several.
    roles : tuple of str
        Roles in the order of its options.
    """

    name: str
    title: str
    language: str
    intro: str = ""
    thanks: str = ""
    consent: Question | None = None
    blocks: tuple[Block, ...] = ()
    role: Question | None = None
    roles: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions in their order."""
        first = () if self.consent is None else (self.consent,)
        return (*first, *(question for block in self.blocks for question in block.questions))

    def role_codes(self, block: Block) -> list[str]:
        """Codes of the answers to the question about roles with which a block is shown; none if it always is."""
        options = self.role.options if self.role is not None and block.roles else ()
        return [code for role, (code, _) in zip(self.roles, options, strict=False) if role in block.roles]

    def only_for(self, block: Block) -> list[str]:
        """Roles to whom a block is shown, as the question about roles prints them; none if it is shown to all."""
        codes = self.role_codes(block)
        return [label for code, label in (self.role.options if self.role else ()) if code in codes]
