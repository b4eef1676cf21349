"""Commands before there are answers: instruments, init, questionnaire, simulate."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from rm_research.cli.wrapping import of_study, print_errors
from rm_research.questionnaires import PLATFORMS


@click.command()
@click.argument("name", required=False)
@print_errors
def instruments(name: str | None) -> None:
    """List the scales that a study may name; with NAME, show one: structure, source, licence."""
    from rm_research.cli.printing import print_frame, print_line
    from rm_research.study.instruments import described, instruments, listed

    if name is None:
        print_frame(listed(), None)
        print_line("rm-research instruments NAME shows one. open-…: our own, free for any use (CC0), not validated.")
        return
    items = instruments(name)  # an unknown name, or one that cannot be used, is told before anything is printed
    for line in described(name):
        print_line(line)
    if items["question"].any():
        print_frame(items[["item", "question"]].astype(str), None)


def _of_new(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give init the options of a study that is begun from nothing."""
    for option in (
        click.option("--title", help="With --new: title of the study.  [default: the folder's name]"),
        click.option("--role", "roles", multiple=True, help="With --new: a role; give it once per role."),
        click.option("--mentor", metavar="ROLE", help="With --new: the role that mentors, if it is not called mentor."),
        click.option("--cohort", "cohorts", multiple=True, help="With --new: a cohort; give it once per cohort."),
        click.option("--outcome", "outcomes", multiple=True, help="With --new: an instrument, the headline first."),
        click.option("--instrument", "instruments", multiple=True, help="With --new: a further instrument."),
        click.option("--for", "platform", type=click.Choice(list(PLATFORMS)),
                     help="With --new: the survey platform.  [default: csv]"),
        click.option("--language", help="With --new: language of surveys and pages.  [default: en]"),
        click.option("--students", is_flag=True, help="With --new: mentors are students."),
        click.option("--process", is_flag=True,
                     help="With --new: also a plan and logs of meetings and goals, and an open question."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("more", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--from", "files", metavar="FILE", multiple=True, type=click.Path(path_type=Path),
              help="Exports, the earliest wave first: --from pre.csv post.csv.")  # fmt: skip
@click.option("--new", is_flag=True, help="Begin a study that has no survey yet; without options, it asks.")
@click.option("--wave", "waves", multiple=True, help="Name of a wave; give it once per wave, in order.")
@_of_new
@print_errors
def init(
    folder: Path, more: tuple[Path, ...], files: tuple[Path, ...], new: bool, waves: tuple[str, ...], **begun: Any
) -> None:  # fmt: skip
    """Draft study.toml and codebook.csv in DIR from survey exports, or begin a study that has no survey yet."""
    from rm_research.drafting import refuse_existing

    given = {name: value for name, value in begun.items() if value}
    if new == bool(files):
        raise click.UsageError("Give either --from with your exports, or --new.")
    if given and not new:
        raise click.UsageError("Those options are for a study that is begun with --new.")
    if new and more:
        raise click.UsageError("--new takes no files: name exports with --from instead.")
    refuse_existing(folder)
    if new:
        _begin(folder, {"waves": waves, **given} if waves else given)
    else:
        _draft(folder, [*files, *more], waves)


def _draft(folder: Path, files: list[Path], waves: tuple[str, ...]) -> None:
    """Draft the files of a study from its exports, which are never changed."""
    from rm_research.cli.printing import print_draft, print_line
    from rm_research.drafting import draft_study, write_draft
    from rm_research.study.settings import is_elsewhere

    draft = draft_study(folder, files, waves=waves)
    paths = write_draft(draft, folder)
    print_draft(draft)
    print_line(
        f"Written: {' and '.join(map(str, paths))}, with {len(draft.checks)} to check (marked CHECK in study.toml)."
    )
    elsewhere = any(is_elsewhere(name) for name in draft.files["file"])
    if elsewhere:
        print_line("Exports are outside the study's folder: copy them into it, or use --allow-outside from now on.")
    print_line(f"Next: rm-research check {folder}" + (" --allow-outside" if elsewhere else ""))


def _begin(folder: Path, given: dict[str, Any]) -> None:
    """Begin a study from options, or from questions where there are none and somebody can answer."""
    from rm_research.cli.asking import ask
    from rm_research.cli.printing import print_line
    from rm_research.drafting import begin_study, write_draft

    begun = _with_mentor(given) if given else (ask(folder) if sys.stdin.isatty() else {})
    draft = begin_study(folder, **begun)
    paths = write_draft(draft, folder)
    for line, check in draft.checks.itertuples(index=False, name=None):
        print_line(f"study.toml line {line}: {check}")
    print_line(f"Written: {' and '.join(map(str, paths))}. Read the texts under [questionnaire], and adapt them.")
    platform = begun.get("platform", "csv")
    print_line(f"Next: rm-research questionnaire {folder} --for {platform} --out {folder / 'surveys'}")


def _with_mentor(given: dict[str, Any]) -> dict[str, Any]:
    """Ask which role mentors where the options leave it open and somebody can answer."""
    from rm_research.cli.asking import ask_mentor

    if "mentor" in given or not sys.stdin.isatty():
        return given
    return {**given, "mentor": ask_mentor(given.get("roles", ()))}


@click.command()
@of_study
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A folder for the questionnaires.")
@click.option("--for", "platform", required=True, type=click.Choice(list(PLATFORMS)), help="What takes them.")
@click.option("--wave", help="Write the questionnaires of this wave only.")
@print_errors
def questionnaire(study: Path, out: Path, platform: str, wave: str | None) -> None:
    """Write the questionnaires of a study for a survey platform, or for paper."""
    from rm_research.cli.printing import print_line
    from rm_research.questionnaires.writing import still_to_do, write_questionnaire

    paths = write_questionnaire(study, out=out, platform=platform, wave=wave)
    for path in paths:
        print_line(f"Written: {path}")
    for sentence in still_to_do(study, PLATFORMS[platform], wave):
        print_line(sentence)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--seed", type=int, default=20260101, show_default=True, help="Equal seeds give equal files.")
@click.option(
    "--size", type=click.Choice(["full", "small"]), help="Six cohorts, or two that are quick.  [default: full]"
)
@click.option("--answers", is_flag=True, help="Fill in the questionnaires of the study in DIR in place of a new study.")
@click.option("--pairs", type=click.IntRange(min=1), help="With --answers: pairs in each cohort.  [default: 30]")
@print_errors
def simulate(folder: Path, seed: int, size: str | None, answers: bool, pairs: int | None) -> None:
    """Write a complete study folder with known truth, or exports for a study that has none yet."""
    if (answers and size) or (pairs and not answers):
        raise click.UsageError("--size is for a study with known truth, --pairs goes with --answers.")
    from rm_research.cli.printing import print_line

    if answers:
        from rm_research.simulate.filling import simulate_answers

        for path in simulate_answers(folder, seed=seed, pairs=pairs or 30):
            print_line(f"Written: {path}")
        print_line(f"Nobody gave these answers: check warns of them. Next: rm-research check {folder}")
        return
    from rm_research.simulate import simulate_study

    paths = simulate_study(folder, seed=seed, size=size or "full")
    print_line(f"{len(paths)} files in {folder}. Next: rm-research report {folder}")
