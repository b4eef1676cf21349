"""Questions about a person, asked where the export has a column: consent, the code, cohort, role, attributes."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from rm_research.catalogue import Catalogue
from rm_research.questionnaires.answers import printed_words
from rm_research.questionnaires.form import Block, Question
from rm_research.responses.facts import YES
from rm_research.study import Study
from rm_research.study.entries import comparable
from rm_research.study.instruments import MENTOR
from rm_research.study.settings import ROW_NUMBER, Source, Texts, Wave

OF_ROSTER = ("dyad", "arm")


@dataclass
class Facts:
    """Makes the questions about a person, and collects what they lack."""

    study: Study
    words: Catalogue
    problems: list[str] = field(default_factory=list)

    def known_roles(self) -> tuple[str, ...]:
        """Return all roles that study.toml names."""
        sources = [source for wave in self.study.waves for source in wave.sources]
        set_roles = [source.set["role"] for source in sources if "role" in source.set]
        of_scales = [role for scale in self.study.scales for role in scale.roles]
        return tuple(dict.fromkeys([*self.study.words.get("role", {}), *set_roles, *of_scales]))

    def roles(self, wave: Wave, source: Source) -> tuple[str, ...]:
        """Roles of the people of one export; none where nothing tells them apart."""
        if role := source.set.get("role"):
            return (role,)
        return self.known_roles() if self.study.has_fact("role", wave, source) else ()

    def texts(self, source: Source) -> Texts:
        """Texts of the study for the people of one export."""
        return self.study.settings.questionnaire.said_to(source.set.get("role"))

    def ours(self, text: str, source: Source) -> str:
        """Return a text of the catalogue; students who mentor are addressed as such."""
        students = self.study.settings.questionnaire.students and source.set.get("role") == MENTOR
        return self.words.say(f"questionnaire.students.{text}" if students else f"questionnaire.{text}")

    def consent(self, wave: Wave, source: Source) -> Question | None:
        """Return the question whether somebody agrees, if the export holds the answer."""
        said = self.texts(source).consent
        column = self._column("consent", wave, source)
        if column is None:
            if said:
                self.problems.append(
                    'study.toml: questionnaire.consent: no column holds the answer; write consent = "consent" under '
                    "[columns]"
                )
            return None
        if not said:
            self.problems.append(
                "study.toml: questionnaire.consent: is missing, but [columns] has consent; write what people agree to"
            )
        words = self.study.words.get("consent", {})
        yes, no = (printed_words({word: words[word]})[0] if word in words else None for word in ("yes", "no"))
        agreed, declined = (yes[1] if yes else self.words.say("questionnaire.yes"), no[1] if no else "")
        if comparable(agreed) not in {comparable(entry) for entry in (*YES, *words.get("yes", ()))}:
            self.problems.append(
                f'study.toml: values.consent: the printed answer "{agreed}" does not mean yes; add yes = ["{agreed}", '
                '"1"] under [values.consent]'
            )
        return Question(
            column, said, "choice", (("1", agreed), ("2", declined or self.words.say("questionnaire.no"))), True
        )

    def blocks(self, wave: Wave, source: Source) -> Iterator[Block]:
        """Blocks of questions about a person: the code, then all else."""
        yield self.code(wave, source)
        role = self.role_question(wave, source)
        asked = [self._cohort(wave, source), role, *self._others(wave, source)]
        yield Block(tuple(question for question in asked if question is not None))

    def code(self, wave: Wave, source: Source) -> Block:
        """Questions that make up a person's code: one for each column that holds a part of it."""
        columns = () if self.study.link.method == "none" else self.study.fact_columns("person", wave, source)
        columns = tuple(name for name in columns if name != ROW_NUMBER)
        ask = self.texts(source).ask
        if len(columns) == 1 and not self.study.link.elements:
            text = ask.get(columns[0]) or self.ours("person", source)
            return Block((Question(columns[0], text, "line"),))
        questions = tuple(Question(name, self._asked(name, "person", source), "line") for name in columns)
        return Block(questions, self.ours("about_code", source) if questions else "")

    def role_question(self, wave: Wave, source: Source) -> Question | None:
        """Return the question about roles, if one export has people of several."""
        column = self._column("role", wave, source)
        if column is None:
            return None
        words = {role: self.study.words.get("role", {}).get(role, ()) for role in self.known_roles()}
        if not words:
            self.problems.append(
                'study.toml: values.role: nothing says which roles there are; list them, such as leader = ["Leader"]'
            )
        text = self.texts(source).ask.get(column) or self.words.say("questionnaire.role")
        return Question(column, text, "choice" if words else "line", printed_words(words))

    def _cohort(self, wave: Wave, source: Source) -> Question | None:
        column = self._column("cohort", wave, source)
        if column is None:
            return None
        words = self.study.words.get("cohort") or dict.fromkeys(self.study.reporting.cohorts, ())
        text = self.texts(source).ask.get(column) or self.ours("cohort", source)
        return Question(column, text, "choice" if words else "line", printed_words(words))

    def _others(self, wave: Wave, source: Source) -> Iterator[Question]:
        """Attributes, pair and arm: asked where they are worded; the roster may have them instead."""
        ask = self.texts(source).ask
        for fact in (*self.study.settings.attributes, *OF_ROSTER):
            for column in () if fact in source.set else self.study.fact_columns(fact, wave, source):
                if column in ask or self.study.roster is None:
                    options = printed_words(self.study.words.get(fact, {}))
                    yield Question(column, self._asked(column, fact, source), "choice" if options else "line", options)

    def _asked(self, column: str, fact: str, source: Source) -> str:
        text = self.texts(source).ask.get(column, "")
        if not text:
            self.problems.append(
                f"study.toml: questionnaire.ask: says nothing of column {column!r} ({fact}); write what is asked: "
                f'"{column}" = "…" under [questionnaire.ask]'
            )
        return text

    def _column(self, fact: str, wave: Wave, source: Source) -> str | None:
        """Return the column of an export that holds a fact, if it asks it."""
        columns = () if fact in source.set else self.study.fact_columns(fact, wave, source)
        return columns[0] if columns else None
