"""build_codebook: describes what every variable is, how it was answered, and how well its scale measured."""

from dataclasses import dataclass
from functools import cache
from os import PathLike
from pathlib import Path

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from rm_research.catalogue import Catalogue, catalogue
from rm_research.effects.measurement import assess_reliability
from rm_research.findings.page import Section
from rm_research.panel import Prepared
from rm_research.panel.prepare import prepare_openly
from rm_research.study import Scale, Study, read_study
from rm_research.study.titles import unit_title
from rm_research.writers import WRITERS
from rm_research.writers.entries import ItemEntry, describe_item, role_name
from rm_research.writers.sheets import Sheet, Variable, build_sheets, ledger_sheet
from rm_research.writers.usable import errors_of, usable_part

HEADINGS = ("private", "as_answered", "absent", "contents", "files", "answer", "variable", "in_python", "meaning",
            "values")  # fmt: skip
RELIABILITY = ("wave", "complete", "n_items", "alpha", "omega", "mean_inter_item", "retest")


@dataclass(frozen=True)
class Block:
    """Items under one heading: those of a scale, or those in none; `reliability` has one row per wave."""

    title: str
    facts: tuple[str, ...]
    reliability: tuple[tuple[str, ...], ...]
    entries: tuple[ItemEntry, ...]


@dataclass(frozen=True)
class File:
    """One file: its name, what a row is, and its variables."""

    name: str
    grain: str
    variables: tuple[Variable, ...]
    renamed: bool


def build_codebook(study: Study | Prepared | str | PathLike[str], *, format: str = "parquet") -> Section:
    """
    Describe what `write_clean` writes.

    Parameters
    ----------
    study : Study, Prepared or path
        Waves that are not in yet and cohorts with an error are left out and named.
    format : {'parquet', 'csv', 'sav', 'dta'}
        Variables have the names that they have in files of this format.

    Returns
    -------
    Section
        For each scale its reliability, and for each item its text, range and answers by wave, counted over all
        cohorts; then the variables of each file. It displays itself in a cell. It counts the answers of individuals:
        keep it private.
    """
    prepared = study if isinstance(study, Prepared) else prepare_openly(_as_study(study))
    usable = usable_part(prepared)
    words = catalogue(usable.study.reporting.language)
    # the ledger is a CSV whatever the format, so its names stay
    renamed = [sheet.renamed(WRITERS[format].longest_name) for sheet in build_sheets(usable)]
    files = [*(_file(sheet, format, words) for sheet in renamed), _file(ledger_sheet(usable), "csv", words)]
    html = _environment().get_template("codebook.html.j2").render(
        title=words.say("codebook.title", study=usable.study.title),
        words={name: words.say(f"codebook.{name}") for name in HEADINGS},
        region=words.say("page.table_region"), reliability_heading=words.say("quality.reliability"),
        reliability_columns=[words.say(f"codebook.{name}") for name in RELIABILITY],
        errors=errors_of(prepared, words), notes=_notes(usable, words),
        blocks=_blocks(usable, renamed[0], words), files=files,
    )  # fmt: skip
    return Section("codebook", html.strip())


def _as_study(study: Study | str | PathLike[str]) -> Study:
    return study if isinstance(study, Study) else read_study(Path(study))


def _notes(prepared: Prepared, words: Catalogue) -> list[str]:
    free_text = [item.name for item in prepared.study.text_items]
    return [words.say("codebook.free_text", items=", ".join(free_text))] if free_text else []


def _blocks(prepared: Prepared, responses: Sheet, words: Catalogue) -> list[Block]:
    """Scales in the order of the study, then the items in none."""
    study, reliability = prepared.study, assess_reliability(prepared)
    answers = {str(name): rows for name, rows in prepared.responses.groupby("wave", sort=False)}
    variables = {variable.column: variable for variable in responses.variables}
    of_items = reliability[reliability["item"].notna()]
    rest = dict(zip(zip(of_items["item"], of_items["wave"], strict=True), of_items["item_rest"], strict=True))
    entries = {
        item.name: describe_item(item, variables[item.name], prepared, answers, rest)
        for item in study.items
        if item.name in variables
    }
    blocks = [
        Block(
            scale.title,
            tuple(_facts(scale, study, words)),
            tuple(_reliability(row, words) for _, row in _whole(reliability, scale.name).iterrows()),
            tuple(entries[item.name] for item in study.items_of(scale.name)),
        )
        for scale in study.scales
    ]
    others = tuple(entries[item.name] for item in study.items if not item.scale and item.name in entries)
    return blocks + ([Block(words.say("codebook.no_scale"), (), (), others)] if others else [])


def _facts(scale: Scale, study: Study, words: Catalogue) -> list[str]:
    share = words.share(scale.min_answered)
    facts = [words.say("methods.scores_sum" if scale.score == "sum" else "methods.scores", share=share)]
    ends = study.scale_range(scale.name)
    if ends is not None:
        shown = words.say("format.range", low=f"{ends[0]:.12g}", high=f"{ends[1]:.12g}")
        facts.append(words.say("codebook.score_range", range=shown, unit=unit_title(scale, words)))
    if scale.better == "lower":
        facts.append(words.say("outcome.better_lower"))
    if scale.roles:
        facts.append(words.say("codebook.asked_of", roles=", ".join(role_name(role, words) for role in scale.roles)))
    return facts


def _whole(reliability: pd.DataFrame, scale: str) -> pd.DataFrame:
    """Rows of a whole scale."""
    return reliability[(reliability["scale"] == scale) & reliability["item"].isna()]


def _reliability(row: pd.Series, words: Catalogue) -> tuple[str, ...]:
    """Cells of one wave; if there is no alpha, the reason takes its place."""
    alpha = _with_interval(row, "alpha", words) or words.say(f"reason.{row['reason']}")
    counts = ["" if pd.isna(row[name]) else str(row[name]) for name in ("n", "n_items")]
    others = ["" if pd.isna(row[name]) else words.number(row[name]) for name in ("omega", "mean_inter_item")]
    return (row["wave"], *counts, alpha, *others, _with_interval(row, "retest", words))


def _with_interval(row: pd.Series, name: str, words: Catalogue) -> str:
    if pd.isna(row[name]):
        return ""
    ends = words.range(row[f"{name}_low"], row[f"{name}_high"])
    return f"{words.number(row[name])} ({ends})"


def _file(sheet: Sheet, extension: str, words: Catalogue) -> File:
    renamed = any(variable.name != variable.column for variable in sheet.variables)
    grain = words.say(f"codebook.{sheet.name}", n=len(sheet.frame))
    return File(f"{sheet.name}.{extension}", grain, sheet.variables, renamed)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("rm_research.writers", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
