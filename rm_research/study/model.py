"""The study as the rest of the package sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from rm_research.errors import ReportError, SelectionError
from rm_research.frames import compared
from rm_research.study.codebook import Item
from rm_research.study.locking import LockedPlan
from rm_research.study.marks import Mark
from rm_research.study.settings import (
    Design,
    FactColumns,
    FactFile,
    Goals,
    Link,
    Programme,
    Reporting,
    Scale,
    Settings,
    Source,
    Theme,
    Wave,
)

PROGRAMME = "programme"
ONE_COHORT = "all people"
ALL_COHORTS = "all cohorts"  # the programme, in the place of a cohort
ONE_ROLE = "participant"


@dataclass(frozen=True)
class Study:
    """
    A study folder, read and checked.

    Attributes
    ----------
    path : Path
        The study folder.
    settings : Settings
        study.toml, with every default filled in.
    items : tuple of Item
        codebook.csv, in the order of its rows.
    marks : tuple of Mark
        What study.toml still leaves open; while there is any, nothing is estimated.
    options : mapping of str to object
        Options that differ from study.toml, by dotted key; empty for the study as it is declared.
    plan : LockedPlan or None
        plan.toml, if a plan was locked.

    Examples
    --------
    >>> study = rm.read_study("data/demo")
    >>> study.title
    'Reverse mentoring, Northgate Council'
    >>> study.baseline, study.later_waves, study.outcomes
    ('pre', ('post',), ('inclusion', 'engagement', 'adaptability'))
    """

    path: Path
    settings: Settings
    items: tuple[Item, ...]
    marks: tuple[Mark, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    plan: LockedPlan | None = None

    def varied(self, options: Mapping[str, Any]) -> "Study":
        """
        Return the study with other options than study.toml declares, to see what depends on them.

        Parameters
        ----------
        options : mapping of str to object
            By dotted key, as in study.toml: `{"link.method": "code", "reporting.level": 0.9}`. A table may be given as
            a mapping, which is put over what the file has. None removes a key, so that its default holds.

        Returns
        -------
        Study
            Checked like the file. No page is made of it.

        Raises
        ------
        StudyFileError
            When an option does not exist or does not fit: the same message as for study.toml. When study.toml or
            codebook.csv changed since the study was read.

        Examples
        --------
        >>> varied = study.varied({"reporting.level": 0.9, "scales.inclusion.smallest_effect": 0.3})
        >>> varied.reporting.level, varied.scale("inclusion").smallest_effect
        (0.9, 0.3)
        >>> varied.options
        {'reporting.level': 0.9, 'scales.inclusion.smallest_effect': 0.3}
        >>> study.reporting.level
        0.95
        """
        from rm_research.study.reading import varied  # it reads Studies

        if not isinstance(options, Mapping):
            raise SelectionError('Options are given by their key, as in {"reporting.level": 0.9}.')
        return varied(self, options)

    def as_declared(self, what: str) -> "Study":
        """
        Return itself, if its options are those of study.toml.

        Parameters
        ----------
        what : str
            What is to be made of it, for the message: "Findings".

        Raises
        ------
        ReportError
            When they were varied.

        Examples
        --------
        >>> study.as_declared("Findings") is study
        True
        """
        if self.options:
            raise ReportError(
                f"{what} are made of the study as study.toml declares it; this one has other options: "
                f"{', '.join(self.options)}. Change study.toml, or give the study that read_study returned."
            )
        return self

    @property
    def title(self) -> str:
        """Title of the study."""
        return self.settings.title

    @property
    def waves(self) -> tuple[Wave, ...]:
        """All waves, in the order of study.toml."""
        return tuple(self.settings.waves.values())

    @property
    def scales(self) -> tuple[Scale, ...]:
        """All scales: first the declared outcomes, in their order."""
        rest = [name for name in self.settings.scales if name not in self.outcomes]
        return tuple(self.settings.scales[name] for name in (*self.outcomes, *rest))

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the confirmatory scales, the headline first; all but those of the process unless declared."""
        return self.settings.outcomes or tuple(
            name for name, scale in self.settings.scales.items() if not scale.is_process
        )

    @property
    def process_scales(self) -> tuple[Scale, ...]:
        """Scales that tell what meetings were like: described where they are asked, never a change."""
        return tuple(scale for scale in self.scales if scale.is_process)

    @property
    def confirmatory(self) -> tuple[str, ...]:
        """Outcomes that were planned: the declared ones, and where a plan was locked, those of them that it names."""
        planned = self.outcomes if self.plan is None else self.plan.rules.get("outcomes", [])
        return tuple(name for name in self.outcomes if name in planned)

    @property
    def design(self) -> Design:
        """Who is compared with whom."""
        return self.settings.design

    @property
    def link(self) -> Link:
        """How questionnaires are linked to people."""
        return self.settings.link

    @property
    def reporting(self) -> Reporting:
        """What pages show and hide."""
        return self.settings.reporting

    @property
    def roster(self) -> FactFile | None:
        """The list of everyone invited, if there is one."""
        return self.settings.roster

    @property
    def sessions(self) -> FactFile | None:
        """The log of meetings, if there is one."""
        return self.settings.sessions

    @property
    def goals(self) -> Goals | None:
        """The list of goals, if there is one."""
        return self.settings.goals

    @property
    def programme(self) -> Programme:
        """What was planned of the meetings."""
        return self.settings.programme

    @property
    def missing(self) -> tuple[str, ...]:
        """Entries that mean no answer in any column."""
        return self.settings.missing.values

    @property
    def words(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """The study's words by fact, each with the entries that stand for it."""
        return self.settings.values

    @property
    def baseline(self) -> str:
        """Wave from which changes are measured: the declared one, else the first."""
        first = next((wave.name for wave in self.waves if wave.kind == "occasion"), self.waves[0].name)
        return self.design.baseline or first

    @property
    def later_waves(self) -> tuple[str, ...]:
        """Occasions after the baseline, in order; an earlier one (a screening) cannot show change from it."""
        occasions = [wave.name for wave in self.waves if wave.kind == "occasion"]
        place = occasions.index(self.baseline) if self.baseline in occasions else -1
        return tuple(occasions[place + 1 :])

    @property
    def waves_compared(self) -> tuple[str, ...]:
        """Names of the comparisons of the baseline with each later wave, as in Invariance."""
        return tuple(compared(self.baseline, wave) for wave in self.later_waves)

    @property
    def comparison(self) -> str | None:
        """Arm without the programme; None in a single-group study."""
        return self.design.comparison

    @property
    def clustered_by(self) -> str:
        """Unit whose members are not independent: person, dyad, cohort or an attribute."""
        return self.design.clusters or self.design.unit

    @cached_property
    def _items_by_scale(self) -> dict[str, tuple[Item, ...]]:
        found: dict[str, list[Item]] = {name: [] for name in self.settings.scales}
        for item in self.items:
            if item.scale in found:
                found[item.scale].append(item)
        return {name: tuple(items) for name, items in found.items()}

    @property
    def text_items(self) -> tuple[Item, ...]:
        """Items that people answer in their own words."""
        return tuple(item for item in self.items if item.kind == "text")

    @property
    def themes(self) -> tuple[Theme, ...]:
        """What open answers may be about, in the order of study.toml."""
        return tuple(self.settings.themes.values())

    def scale(self, name: str) -> Scale:
        """
        Return the scale with that name.

        Examples
        --------
        >>> study.scale("inclusion").smallest_effect
        0.2
        """
        return self.settings.scales[name]

    def wave(self, name: str) -> Wave:
        """
        Return the wave with that name.

        Examples
        --------
        >>> study.wave("pre").duplicates
        'last'
        """
        return self.settings.waves[name]

    def items_of(self, scale: str) -> tuple[Item, ...]:
        """
        Items of a scale, in the order of the codebook.

        Examples
        --------
        >>> [item.name for item in study.items_of("inclusion")][:3]
        ['inclusion_1', 'inclusion_2', 'inclusion_3']
        """
        return self._items_by_scale[scale]

    def asked(self, scale: str, wave: str) -> tuple[Item, ...]:
        """
        Items of a scale that some export of a wave asks.

        Examples
        --------
        >>> len(study.asked("inclusion", "post"))
        10
        """
        sources = self.wave(wave).sources
        return tuple(i for i in self.items_of(scale) if any(i.candidates(wave, source.name) for source in sources))

    def common_items(self, scale: str) -> tuple[Item, ...]:
        """
        Items that form the score: those asked in every wave that asks the scale at all.

        Means of different items would differ for that reason alone. A retrospective wave is ignored: what it asks must
        not change the score of the others.

        Examples
        --------
        >>> len(study.common_items("adaptability"))
        15
        """
        return self._common_by_scale[scale]

    @cached_property
    def _common_by_scale(self) -> dict[str, tuple[Item, ...]]:
        return {scale: self._in_common(scale) for scale in self._items_by_scale}

    def _in_common(self, scale: str) -> tuple[Item, ...]:
        asked = [(wave.kind, {item.name for item in self.asked(scale, wave.name)}) for wave in self.waves]
        rounds = [names for kind, names in asked if names and kind == "occasion"]
        rounds = rounds or [names for _, names in asked if names]
        shared = set.intersection(*rounds) if rounds else set()
        return tuple(item for item in self.items_of(scale) if item.name in shared)

    def measured(self, scale: str, wave: str) -> bool:
        """
        Whether a wave asks the scale.

        Examples
        --------
        >>> study.measured("inclusion", "pre")
        True
        """
        return bool(self.asked(scale, wave))

    def changes(self, scale: str) -> bool:
        """
        Whether people's change in a scale can be told: an outcome that the baseline asks.

        Examples
        --------
        >>> study.changes("inclusion")
        True
        """
        return self.measured(scale, self.baseline) and not self.scale(scale).is_process

    def occasions(self, scale: str) -> tuple[str, ...]:
        """
        Occasions at which a scale has scores of its own: later waves, and for one of the process the baseline, too.

        Examples
        --------
        >>> study.occasions("inclusion")
        ('post',)
        """
        waves = (self.baseline, *self.later_waves) if self.scale(scale).is_process else self.later_waves
        return tuple(wave for wave in waves if self.measured(scale, wave))

    def primary(self, role: str | None = None) -> tuple[str, str] | None:
        """
        Return the first outcome that was asked before and after, and the first later wave that asks it.

        Parameters
        ----------
        role : str, optional
            Which role must have been asked; any unless given.

        Returns
        -------
        (str, str) or None
            Names of the scale and of the wave; None where there is none.

        Examples
        --------
        >>> study.primary("leader")
        ('inclusion', 'post')
        """
        for name in self.outcomes:
            later = [wave for wave in self.later_waves if self.measured(name, wave)]
            roles = self.scale(name).roles
            if later and self.changes(name) and (role is None or not roles or role in roles):
                return name, later[0]
        return None

    @property
    def first_scale(self) -> Scale:
        """Outcome that pages tell of first; where none was asked before and after, the first of all."""
        primary = self.primary()
        return self.scales[0] if primary is None else self.scale(primary[0])

    def fact_columns(self, fact: str, wave: Wave, source: Source) -> tuple[str, ...]:
        """
        Columns of one export that together hold a fact or an attribute; empty if there are none.

        Examples
        --------
        >>> pre = study.wave("pre")
        >>> study.fact_columns("person", pre, pre.sources[0])
        ('code',)
        """
        if fact in source.columns:
            return source.columns[fact]
        declared = self.declared_columns.get(fact, ())
        return declared.get(wave.name, ()) if isinstance(declared, dict) else declared

    @property
    def declared_columns(self) -> dict[str, FactColumns]:
        """Columns of [columns] and [attributes] by fact."""
        return {**self.settings.attributes, **dict(self.settings.columns.items())}

    def has_fact(self, fact: str, wave: Wave, source: Source) -> bool:
        """
        Whether study.toml says where one export has a fact.

        Examples
        --------
        >>> pre = study.wave("pre")
        >>> study.has_fact("duration", pre, pre.sources[0])
        False
        """
        return fact in source.set or bool(self.fact_columns(fact, wave, source))

    def scale_range(self, scale: str) -> tuple[float, float] | None:
        """
        Lowest and highest possible score, in the scale's unit; None if unbounded.

        Examples
        --------
        >>> study.scale_range("inclusion")
        (1.0, 5.0)
        """
        items = self.common_items(scale)
        if not items or items[0].low is None or items[0].high is None:
            return None
        factor = len(items) if self.scale(scale).score == "sum" else 1
        return items[0].low * factor, items[0].high * factor

    def __repr__(self) -> str:
        lines = [f"{name}: {value}" for name, value in self._summary()]
        return "\n".join([f"Study {self.title!r}", *(f"  {line}" for line in lines)])

    def _repr_html_(self) -> str:
        cells = "".join(
            f'<tr><th scope="row" style="text-align:left">{escape(name)}</th>'
            f'<td style="text-align:left">{escape(value)}</td></tr>'
            for name, value in self._summary()
        )
        return f"<table><caption>{escape(self.title)}</caption><tbody>{cells}</tbody></table>"

    def _summary(self) -> Sequence[tuple[str, str]]:
        design = self.design
        compared = f"{self.comparison} ({design.assignment} by {design.unit})" if self.comparison else "none"
        scales = [
            f"{scale.title} ({len(self.items_of(scale.name))} items"
            + (f", {', '.join(scale.roles)})" if scale.roles else ")")
            for scale in self.scales
        ]
        return (
            ("Waves", " → ".join(wave.name + (" (retrospective)" if wave.kind != "occasion" else "")
                                 for wave in self.waves)),
            ("Scales", ", ".join(scales)),
            ("Outcomes", ", ".join(self.outcomes)),
            ("Comparison", compared),
            ("Linking", f"{self.link.method} within {self.link.within}"),
            ("Smallest group shown", f"{self.reporting.smallest_group} people"),
        )  # fmt: skip
