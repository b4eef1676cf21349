"""Questionnaires of a study: one for each export of a wave, from study.toml and codebook.csv."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rm_research.catalogue import Catalogue, catalogue
from rm_research.errors import SelectionError, StudyFileError
from rm_research.questionnaires.answers import agreement, has_words, misread_codes, printed_answers
from rm_research.questionnaires.facts import Facts
from rm_research.questionnaires.form import Block, Form, Question
from rm_research.study import Item, Study
from rm_research.study.entries import slug
from rm_research.study.filling import instrument_of
from rm_research.study.instruments import EVERYBODY, Instrument
from rm_research.study.settings import Source, Wave
from rm_research.study.wording import suggest


def build_forms(study: Study, wave: str | None = None) -> tuple[Form, ...]:
    """
    Build the questionnaires of a study, or of one wave.

    Raises
    ------
    SelectionError
        When there is no such wave.
    StudyFileError
        Naming everything that they lack: wording, roles, decisions that a draft left open.
    """
    if wave is not None and wave not in study.settings.waves:
        raise SelectionError(f"There is no wave {wave!r}; {suggest(wave, study.settings.waves)}")
    if study.marks:
        raise StudyFileError(*(mark.sentence for mark in study.marks), heading=_heading(study))
    builder = _Builder(study, catalogue(study.reporting.language))
    waves = [one for one in study.waves if wave in (None, one.name)]
    forms = tuple(builder.form(one, source) for one in waves for source in one.sources)
    lacking = [*builder.lacking(), *builder.bare_numbers()]
    if problems := [*builder.unknown_roles(), *builder.facts.problems, *lacking, *builder.problems]:
        raise StudyFileError(*dict.fromkeys(problems), heading=_heading(study))
    return forms


def _heading(study: Study) -> str:
    return f"The questionnaires of the study in {study.path} cannot be written"


@dataclass
class _Builder:
    """Builds forms, and collects what they lack."""

    study: Study
    words: Catalogue
    problems: list[str] = field(default_factory=list)
    without: dict[str, list[str]] = field(default_factory=dict)  # items without a question, by instrument
    wordless: dict[str, Instrument] = field(default_factory=dict)  # whose points mean nothing yet, by scale

    def __post_init__(self) -> None:
        self.facts = Facts(self.study, self.words)

    def form(self, wave: Wave, source: Source) -> Form:
        said = self.facts.texts(source)
        roles = self.facts.roles(wave, source)
        asked = self.facts.role_question(wave, source)
        items = [block for block in self.items(wave, source, roles) if block.questions]
        if not items:
            self.problems.append(
                f"codebook.csv: {wave.name}: the survey for {source.title} has no question; give it an item, or remove "
                "it from study.toml"
            )
        blocks = [*self.facts.blocks(wave, source), *items]
        return Form(
            name="-".join(slug(part) for part in (wave.name, source.name) if part),
            title=self.study.title,
            language=self.study.reporting.language,
            intro=said.intro,
            thanks=said.thanks,
            consent=self.facts.consent(wave, source),
            blocks=tuple(block for block in blocks if block.questions),
            role=asked,
            roles=roles,
        )

    def items(self, wave: Wave, source: Source, roles: tuple[str, ...]) -> Iterator[Block]:
        """Blocks of the items of each scale, in the order of the codebook, then of all other items."""
        for scale in dict.fromkeys(item.scale for item in self.study.items):
            limit = self.study.scale(scale).roles if scale else ()
            of_scale = tuple(role for role in roles if not limit or role in limit)
            if roles and not of_scale:
                continue
            asked = [
                item for item in self.study.items if item.scale == scale and item.candidates(wave.name, source.name)
            ]
            questions = tuple(self.question(item, wave, source, of_scale) for item in asked)
            yield Block(questions, self.lead(asked, source), of_scale if len(of_scale) < len(roles) else ())

    def lead(self, items: Sequence[Item], source: Source) -> str:
        """What stands above the items of a scale of the open set; others bring their own instructions."""
        one = instrument_of(self.study.settings, items[0].scale) if items else None
        if one is None or not one.questions:
            return ""
        lead = self.facts.ours("agree", source)
        if all(item.answers for item in items):
            return lead
        labels = agreement(self.words)
        ends = self.words.say(
            "questionnaire.ends", low=f"{one.low:g}", first=labels[0], high=f"{one.high:g}", last=labels[-1]
        )
        return f"{lead} {ends}."

    def question(self, item: Item, wave: Wave, source: Source, roles: tuple[str, ...]) -> Question:
        own = item.coded(wave.name, source.name)
        options = printed_answers(own, self.study) if item.kind == "number" else ()
        licensed = instrument_of(self.study.settings, item.scale)
        if licensed is not None and not licensed.questions and not has_words(own, self.study):
            self.wordless[item.scale] = licensed
        if codes := misread_codes(own, self.study):
            self.problems.append(
                f"study.toml: answers.{own.answers}: {', '.join(codes)} would be the code of one answer and is the "
                "entry of another; list the code of each answer beside its words"
            )
        kind = "choice" if options else "text" if item.kind == "text" else "line"
        return Question(item.candidates(wave.name, source.name)[0], self.wording(item, roles), kind, options)

    def wording(self, item: Item, roles: tuple[str, ...]) -> str:
        """What is asked of these roles; where each is asked something else, one export cannot hold it."""
        texts = dict.fromkeys(self._wording(item, role) for role in roles or (EVERYBODY,))
        if len(texts) > 1 and not (item.questions or self.study.settings.questionnaire.students):
            shared = self._wording(item, EVERYBODY)  # of the open set: what anybody may be asked
            texts = {shared: None} if shared else texts
        if "" in texts:
            one = instrument_of(self.study.settings, item.scale)
            self.without.setdefault(one.name if one else "", []).append(item.name)
        elif len(texts) > 1:
            self.problems.append(
                f"codebook.csv row {item.row}: item {item.name!r} asks {' and '.join(roles)} different questions, "
                "which one column cannot hold; give each role an export of its own, under [[waves.….sources]] with "
                "set = { role = … }"
            )
        return next(iter(texts))

    def _wording(self, item: Item, role: str) -> str:
        said = self.study.settings.questionnaire
        own = item.questions.get(role) or item.questions.get("")
        one = instrument_of(self.study.settings, item.scale)
        if own or one is None or item.of is None:
            return own or ""
        return one.question(item.of, self.study.reporting.language, role, students=said.students)

    def lacking(self) -> Iterator[str]:
        """Say which items have no question: those of licensed instruments together, then all others."""
        if own := dict.fromkeys(self.without.get("", [])):
            yield f"codebook.csv: {', '.join(own)} have no question; write what is asked under question"
        settings = self.study.settings
        used = {one.name: one for name in settings.scales if (one := instrument_of(settings, name)) is not None}
        licensed = [
            f"{name}: {', '.join(dict.fromkeys(items))} (permission: {used[name].permission}; {used[name].source})"
            for name, items in self.without.items()
            if name and not used[name].questions
        ]
        if licensed:
            yield (
                "codebook.csv: items of published instruments have no question, and their wording is not ours to give. "
                f"Get it from the source and write it under question. {'; '.join(licensed)}"
            )
        for name, items in self.without.items():
            if name and used[name].questions:
                yield (
                    f"codebook.csv: {', '.join(dict.fromkeys(items))} of {name} are worded for "
                    f"{' and '.join(used[name].roles)}; say who has which role (role under [columns], or set in each "
                    "source), or write your own wording under question"
                )

    def bare_numbers(self) -> Iterator[str]:
        """Say of which published instruments the answers are numbers without a word."""
        if self.wordless:
            scales = ", ".join(f"{name} ({one.name})" for name, one in self.wordless.items())
            yield (
                f"codebook.csv: the answers of {scales} have no words, and nobody can know what a bare number means. "
                "Get the words from the source; list them from the lowest to the highest point under [answers.NAME] in "
                'study.toml, and write NAME under answers. Points between the ends may stay numbers, such as "1" = 1'
            )

    def unknown_roles(self) -> Iterator[str]:
        """Find questions and texts for a role that nobody has."""
        known = self.facts.known_roles()
        places = {f"codebook.csv: column 'question@{role}'": role for item in self.study.items
                  for role in item.questions if role}  # fmt: skip
        places |= {f"study.toml: questionnaire.roles.{role}": role for role in self.study.settings.questionnaire.roles}
        for place, role in places.items():
            if role not in known:
                yield f"{place} is for a role that study.toml lacks; {suggest(role, known)}"
