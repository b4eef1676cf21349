"""The data of specifications: the study linked and scored in each way that its design allows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from rm_research.frames import SCORES
from rm_research.linkage import link_waves
from rm_research.panel import build_panel
from rm_research.people import build_participants
from rm_research.responses import Intake
from rm_research.scales import scale_scores
from rm_research.stats.result import Vector
from rm_research.study import Study
from rm_research.study.settings import Link, Wave

LOOSE = 0.51  # certainty from which a link is more likely right than wrong
SHARES = (0.5, 0.8, 1.0)  # of a scale's items that must be answered, in addition to the declared share


@dataclass(frozen=True, eq=False)
class Variant:
    """
    One way from questionnaires to scores before and after.

    Attributes
    ----------
    choices : dict of str to str
        linkage, duplicates and scoring, as in the frame Specifications.
    panel : DataFrame
        Panel of one scale.
    """

    choices: dict[str, str]
    panel: pd.DataFrame


@dataclass(frozen=True)
class _Scoring:
    """
    One way to make a score.

    Attributes
    ----------
    name : str
    study : Study
        The study as if it had this scale alone, scored like that.
    factor : float
        What scales a sum of fewer items to that of all items: a left-out item counts like a skipped one.
    """

    name: str
    study: Study
    factor: float = 1.0

    def scores(self, responses: pd.DataFrame) -> Vector:
        """Score of each questionnaire; NaN where too few items were answered."""
        (scale,) = self.study.scales
        return scale_scores(responses, self.study, scale.name)[0].to_numpy(float) * self.factor


def variants(intake: Intake, study: Study, scale: str) -> Iterator[Variant]:
    """
    Every linkage with every rule for duplicates and every scoring.

    Parameters
    ----------
    intake : Intake
    study : Study
    scale : str
        Its name.

    Yields
    ------
    Variant
        The declared one first. Two may give the same data.
    """
    scorings = [*_by_share(study, scale), *_without_one(study, scale)]
    for choices, responses, people in _linked(intake, study):
        places = _places(responses, people, scorings[0].study)
        pre, post = (places[name].to_numpy(float) for name in ("pre", "post"))
        for scoring in scorings:
            scores = scoring.scores(responses)
            panel = places.assign(pre=_at(pre, scores), post=_at(post, scores))
            yield Variant(choices | {"scoring": scoring.name}, panel)


def _places(responses: pd.DataFrame, people: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Panel of a study of one scale with, in place of scores, the rows of `responses` that they are made of."""
    (scale,) = study.scales
    rows = responses[["cohort", "person", "wave"]].assign(scale=scale.name, score=np.arange(len(responses)))
    return build_panel(SCORES.conform(rows), people, study)


def _at(places: Vector, scores: Vector) -> Vector:
    """Scores at the rows of `places`; NaN where there is none."""
    known = ~np.isnan(places)
    values = np.full(len(places), np.nan)
    values[known] = scores[places[known].astype(int)]
    return values


def _linked(intake: Intake, study: Study) -> Iterator[tuple[dict[str, str], pd.DataFrame, pd.DataFrame]]:
    """Responses and People of every linkage and rule for duplicates that changes either."""
    seen = set()
    for linkage, link in _links(intake, study).items():
        for duplicates, waves in _rules(study).items():
            linked_so = replace(study, settings=study.settings.model_copy(update={"link": link, "waves": waves}))
            linked = link_waves(intake, linked_so)
            people = build_participants(linked, None, linked_so).people
            if (outcome := _fingerprint(linked.responses, people)) not in seen:
                seen.add(outcome)
                yield {"linkage": linkage, "duplicates": duplicates}, linked.responses, people
            if len(linked.responses) == len(linked.links):
                break  # nobody answered twice


def _fingerprint(responses: pd.DataFrame, people: pd.DataFrame) -> bytes:
    """Equal where the same questionnaires are of the same people, whatever these are called."""
    persons = pd.factorize(pd.concat([responses["person"], people["person"]]))[0]
    answered = responses[["cohort", "wave", "file", "source_row"]].assign(person=persons[: len(responses)])
    known = people[["cohort", "role", "arm"]].assign(
        person=persons[len(responses) :], cluster=pd.factorize(people["cluster"])[0]
    )
    return b"".join(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes() for rows in (answered, known))


def _links(intake: Intake, study: Study) -> dict[str, Link]:
    """
    Ways of linking by name; only one where each code is in one cohort, because all would give the same data.

    Codes that are declared to stand for one person in a cohort only are matched over the study as well, unless some
    code is in two cohorts at one wave: then two people are known to share it. Codes that are compared are also
    linked strictly (equal ones alone) and loosely (whatever is more likely right than wrong).
    """
    if study.link.method == "none":
        return {"unlinked": study.link}
    stated = _stated(intake)
    options = [study.link]
    if study.link.method == "code":
        options += [study.link.model_copy(update=rule) for rule in ({"method": "exact"}, {"certainty": LOOSE})]
    if stated.drop(columns="wave").drop_duplicates().duplicated("person").any():
        options.append(study.link.model_copy(update={"within": "cohort"}))
        if study.link.within == "study" or not stated.duplicated(["wave", "person"]).any():
            rules = ({"within": "study", "repeats": rule} for rule in ("keep", "first"))
            options += [study.link.model_copy(update=rule) for rule in rules]
    named: dict[str, Link] = {}
    for link in options:
        named.setdefault(_name(link), link)
    return named


def _stated(intake: Intake) -> pd.DataFrame:
    """Wave, person and cohort as each questionnaire states them, and the roster (whose wave is '')."""
    rows = [intake.responses[["wave", "person", "cohort"]]]
    if intake.roster is not None:
        rows.append(intake.roster[["person", "cohort"]].assign(wave=""))
    return pd.concat(rows).dropna().drop_duplicates()


def _name(link: Link) -> str:
    within = f"within {link.within}"
    within = f"{within}, first cohort" if link.within == "study" and link.repeats == "first" else within
    return f"{within}, similar codes from {link.certainty:g}" if link.method == "code" else within


def _rules(study: Study) -> dict[str, dict[str, Wave]]:
    """
    Waves by the rule for duplicates: the declared rules, then each other rule in all waves.

    Where a wave declares no rule, duplicates are an error, so there is nothing to choose.
    """
    declared = {wave.duplicates for wave in study.waves}
    declared_rule = declared.pop() if len(declared) == 1 else "as declared by wave"
    rules: dict[str, dict[str, Wave]] = {declared_rule: study.settings.waves}
    for rule in ("first", "last") if declared_rule != "error" else ():
        chosen = {
            name: wave if wave.duplicates == "error" else wave.model_copy(update={"duplicates": rule})
            for name, wave in study.settings.waves.items()
        }
        rules.setdefault(rule, chosen)
    return rules


def _by_share(study: Study, scale: str) -> Iterator[_Scoring]:
    """The declared share of items that must be answered, then others."""
    for share in dict.fromkeys([study.scale(scale).min_answered, *SHARES]):
        yield _Scoring(f"min_answered={share:g}", _alone(study, scale, min_answered=share))


def _without_one(study: Study, scale: str) -> Iterator[_Scoring]:
    """Each item left out in turn, at the declared share."""
    items = study.common_items(scale)
    factor = len(items) / (len(items) - 1) if study.scale(scale).score == "sum" and len(items) > 1 else 1.0
    for item in items if len(items) > 1 else ():
        others = tuple(other for other in study.items if other.name != item.name)
        yield _Scoring(f"without={item.name}", replace(_alone(study, scale), items=others), factor)


def _alone(study: Study, scale: str, **changes: object) -> Study:
    """Return the study as if it had this scale alone, with other settings of it."""
    only = {scale: study.scale(scale).model_copy(update=changes)}
    return replace(study, settings=study.settings.model_copy(update={"scales": only, "outcomes": (scale,)}))
