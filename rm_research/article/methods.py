"""The paragraph on methods: the sentences that pages have, with the works that they rest on."""

from rm_research.article.cells import words_of
from rm_research.effects import Estimates
from rm_research.effects.methods import METHODS
from rm_research.effects.methods.references import MULTIPLICITY, REFERENCES
from rm_research.effects.printing import headed_by_both, whose
from rm_research.effects.verdicts import by_two_ways, rule_of_multiplicity
from rm_research.errors import FrameError
from rm_research.study import Study
from rm_research.study.given import wrong_data


def methods_text(estimates: Estimates) -> str:
    """
    Write the paragraph on methods behind some estimates, with references.

    Parameters
    ----------
    estimates : Estimates
        Its rows decide which methods are described.

    Returns
    -------
    str
        Sentences in the language of the study. Citations such as [@morris2008] have the keys of docs/references.bib, as
        pandoc and Quarto read them.

    Raises
    ------
    FrameError
        When the estimates do not know their study, or there are none.

    Examples
    --------
    >>> change = rm.estimate_change(prepared, cohort="2022 spring").where(method="bonett")
    >>> text = rm.methods_text(change)
    >>> "[@bonett2008; @hedges1981]" in text
    True
    """
    if not isinstance(estimates, Estimates):
        raise wrong_data("methods_text", estimates, "Estimates")
    study = estimates.study
    if study is None:
        raise FrameError("methods_text: these estimates do not know their study, whose words it uses.")
    rows = [row for row in estimates.rows if row.is_known]
    if not rows:
        raise FrameError("methods_text: none of these rows has an estimate, so there is no method to describe.")
    words = words_of(study)
    shares = {study.scale(row.scale).score: study.scale(row.scale).min_answered for row in rows}
    texts = [
        words.say("methods.scores_sum" if score == "sum" else "methods.scores", share=words.share(share))
        for score, share in shares.items()
    ]
    blanks = {"unit": study.clustered_by, "imputations": study.settings.missing.imputations}
    keys = METHODS.explanations({(row.contrast, row.measure, row.method) for row in rows}, study.clustered_by)
    texts += [_cited(words.say(f"methods.{key}", **blanks), REFERENCES.get(key, ())) for key in keys]
    texts += [words.say(key) for key in _whose(estimates, study)]
    if by_two_ways(study) and any(row.compares_arms for row in rows):
        texts.append(words.say("methods.two_ways"))
    texts.append(_cited(words.say(f"methods.{rule_of_multiplicity(study)}"), MULTIPLICITY))
    return " ".join(texts)


def _whose(estimates: Estimates, study: Study) -> list[str]:
    """Keys of sentences on whom the main changes are about, where some people left."""
    heads, both = estimates.headlines().rows, headed_by_both(estimates.rows)
    said = {whose(row, study, both): row.declared for row in heads if row.is_known and row.is_change}
    if "both" in said:
        return ["methods.missing_both", "article.another_of_everyone"]
    if "before" not in said:
        return []
    # other methods have a sentence that says so
    averaged = said["before"] is not None and said["before"].averages_rows
    return [*(["article.whose_before"] if averaged else []), "article.another_of_both"]


def _cited(text: str, keys: tuple[str, ...]) -> str:
    """A text with citations before its last full stop."""
    return f"{text.removesuffix('.')} [{'; '.join(f'@{key}' for key in keys)}]." if keys else text
