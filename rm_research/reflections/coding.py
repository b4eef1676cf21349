"""What coders marked, how their marks become one, and how far they agree."""

import numpy as np
import pandas as pd

from rm_research.errors import StudyFileError
from rm_research.panel import Prepared
from rm_research.reflections.keeping import load_codes, texts_of
from rm_research.stats.agreement import agreement
from rm_research.study import Study
from rm_research.study.given import wrong_data

AGREED = "agreed"  # the coder whose marks settle what others marked differently
CODES = ["coder", "unit", "theme", "marked"]
ASSESSED = ["theme", "n_coders", "n_units", "agreement", "coefficient", "value"]


def coded_themes(study: Study) -> list[str]:
    """Names of themes that people mark; those with keywords are found by them."""
    return [theme.name for theme in study.themes if not theme.keywords]


def refuse_named_themes(prepared: Prepared) -> None:
    """
    Refuse themes that are called like somebody or like a cohort of the study.

    Raises
    ------
    StudyFileError
        Naming the keys.
    """
    if not prepared.study.themes:
        return
    _, names = texts_of(prepared)
    named = [theme.name for theme in prepared.study.themes if names.screened(theme.title) != theme.title]
    if named:
        raise StudyFileError(*(
            f"study.toml: themes.{name}: its label holds the name of a person, a code, a cohort or an address of this "
            "study, which no page may show; call it otherwise" for name in named
        ))  # fmt: skip


def codes_of(prepared: Prepared) -> pd.DataFrame:
    """
    One row per coder, open answer as it is now, and declared theme that was marked or not: coder, unit, theme, marked.

    Marks of an answer that was written differently then, or that is there no more, do not count.
    """
    versions = dict(zip(prepared.open_answers["unit"], prepared.open_answers["version"], strict=True))
    themes = coded_themes(prepared.study)
    rows = [
        (of["coder"], of["unit"], theme, of["marks"][theme])
        for of in load_codes(prepared.study) if versions.get(of["unit"]) == of["version"]
        for theme in themes if theme in of["marks"]
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=CODES).astype({"coder": "str", "unit": "str", "theme": "str", "marked": "bool"})


def settled(codes: pd.DataFrame) -> pd.DataFrame:
    """
    One mark for each open answer and theme: unit, theme, marked.

    The coder `agreed` settles what he or she coded. Otherwise a theme counts where more than half of the coders of the
    answer marked it: of two, both.
    """
    final = codes[codes["coder"] == AGREED]
    keys = ["unit", "theme"]
    others = codes[~pd.MultiIndex.from_frame(codes[keys]).isin(pd.MultiIndex.from_frame(final[keys]))]
    voted = others.groupby(keys, as_index=False)["marked"].mean()
    voted = voted.assign(marked=voted["marked"].gt(0.5))
    return pd.concat([final[[*keys, "marked"]], voted], ignore_index=True).astype({"marked": "bool"})


def assess_coding(prepared: Prepared) -> pd.DataFrame:
    """
    How far those who coded the open answers agree, from the sheets that `rm-research code --from` read.

    Under 30 answers that two or more people coded there is only the share of equal marks. No coefficient is called good
    or poor. The sheet `agreed` is no coder's.

    Parameters
    ----------
    prepared : Prepared

    Returns
    -------
    DataFrame
        One row per declared theme without keywords: theme, n_coders, n_units (answers coded by two or more),
        agreement (pairs of coders of one answer who marked it alike, 0 to 1; NaN without any), coefficient ('kappa',
        Cohen's of two coders who coded the same answers; 'alpha', Krippendorff's of more coders or with gaps; ''
        under 30 answers or where all marks are equal), value (at most 1; NaN without a coefficient).

    Examples
    --------
    >>> rm.assess_coding(prepared).columns.tolist()
    ['theme', 'n_coders', 'n_units', 'agreement', 'coefficient', 'value']
    """
    if not isinstance(prepared, Prepared):
        raise wrong_data("assess_coding", prepared)
    codes, rows = codes_of(prepared), []
    codes = codes[codes["coder"] != AGREED]
    for theme in coded_themes(prepared.study):
        of_theme = codes[codes["theme"] == theme].astype({"marked": "float64"})
        marks = of_theme.pivot(index="coder", columns="unit", values="marked").to_numpy(float, na_value=np.nan)
        found = agreement(marks)
        rows.append((theme, found.n_coders, found.n_units, found.share, found.coefficient, found.value))
    return pd.DataFrame(rows, columns=ASSESSED)
