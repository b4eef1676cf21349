"""The command that plans a study: what it could find, and what it declares, locked before answers are known."""

from pathlib import Path
from typing import Any

import click

from rm_research.cli.wrapping import of_study, print_errors


@click.command()
@of_study
@click.option("--scale", help="What to plan for.  [default: the first outcome]")
@click.option("--role", help="Role to plan for.  [default: the first role that is asked the scale]")
@click.option("--n", multiple=True, type=click.IntRange(min=1), help="Size of the programme; may be repeated.")
@click.option("--effect", type=float, help="Smallest change that matters, in the scale's unit.")
@click.option("--sd", type=float, help="Standard deviation of scores, in the scale's unit.")
@click.option("--correlation", type=float, help="Correlation of scores before and after.")
@click.option("--icc", type=float, help="Intraclass correlation of people of one dyad or cohort.")
@click.option("--attrition", type=float, help="Share of those measured before who are not measured after.")
@click.option("--power", type=float, help="Chance of finding the effect that is asked for.")
@click.option("--simulate", "simulations", type=click.IntRange(min=0), default=0, help="Studies to draw for each size.")
@click.option(
    "--lock", is_flag=True, help="Write down in STUDY/plan.toml what the study declares, before answers are known."
)
@click.option("--again", is_flag=True, help="With --lock: in the place of an earlier plan, which the file keeps.")
@print_errors
def plan(study: Path, n: tuple[int, ...], lock: bool, again: bool, **options: Any) -> None:
    """Show what cohorts of different sizes could find; values not given come from the study. Or --lock its plan."""
    if again and not lock:
        raise click.UsageError("--again is for --lock.")
    if lock:
        simulations = options.pop("simulations")
        if n or simulations or any(value is not None for value in options.values()):
            raise click.UsageError("--lock takes no other option than --again: it writes down what the study declares.")
        _lock(study, again=again)
        return
    from rm_research.cli.printing import err_console, print_frame, print_line
    from rm_research.planning import plan_study

    planned = plan_study(study, n=n or None, **options)
    for table, title in ((planned.shown(), planned.title), (planned.chances(), None), (planned.assumed(), None)):
        print_frame(table, title)
    for sentence in planned.sentences():
        print_line(sentence)
    print_line("Only for you: spreads are those of everybody's answers, also of a few who left.", err_console)


def _lock(study: Path, *, again: bool) -> None:
    """Lock the plan of a study, and say what can be done with it."""
    from rm_research.cli.printing import print_line
    from rm_research.planning.locking import lock_plan
    from rm_research.study import read_study

    before = read_study(study).plan
    locked = lock_plan(study, again=again)
    if before is not None and before.hash == locked.hash:
        print_line(f"Nothing differs from {study / 'plan.toml'}, which says that it was locked on {locked.locked}.")
        return
    print_line(f"Locked: {study / 'plan.toml'}, {len(locked.rules)} entries, {locked.locked}. Hash:")
    print_line(locked.hash)
    print_line(
        "A date in a file can be changed. Deposit the hash, or the file, where others can see when you did: in a "
        "registry, or in a mail to somebody who does not depend on the results."
    )
