"""A clear result that is not put down to the programme is not read with the first outcome's note that it may be."""

import numpy as np
import pytest
from small_studies import COLUMNS, TOML, as_csv
from undrawn_findings import undrawn_findings

from rm_research.panel import prepare_study

TWO = (
    TOML.replace('title = "A small study"\n', 'title = "A small study"\noutcomes = ["mood", "zeal"]\n')
    + """
[scales.zeal]
label = "Zeal"
smallest_effect = 0.3
[design]
comparison = "waitlist"
assignment = "randomised"
[reporting]
smallest_group = 10
"""
)
CODEBOOK = "item,scale,low,high\nm1,mood,1,5\nm2,zeal,1,5\nm3,zeal,1,5\n"
MAY = "Who took part was decided by lot, so a clear difference can be put down to the programme."
NOT = (
    "Leaders’ zeal: who took part was drawn by lot. One cohort of several can look clear by chance, so this page does "
    "not say what the programme did."
)


def written(folder, seed):
    """Three cohorts of 16 leaders an arm; zeal rises in the programme of the first, mood nowhere."""
    draws, rows = np.random.default_rng(seed), {"pre": [], "post": []}
    for cohort in "abc":
        for arm in ("programme", "waitlist"):
            for n in range(16):
                zeal = draws.normal(3, 0.6)
                facts = [f"{cohort}{arm[0]}{n}", cohort, "leader", arm, f"{cohort}{arm}{n}"]
                for wave, gain in (("pre", 0), ("post", 0.6 if (cohort, arm) == ("a", "programme") else 0)):
                    answers = [draws.normal(3, 0.7), *(zeal + gain + draws.normal(0, 0.6, 2))]
                    day = {"pre": "2025-03-03", "post": "2025-09-08"}[wave]
                    rows[wave].append([*facts, day, *np.clip(np.rint(answers), 1, 5).astype(int)])
    for name, content in {"study.toml": TWO, "codebook.csv": CODEBOOK}.items():
        (folder / name).write_text(content, encoding="utf-8")
    for wave, of_wave in rows.items():
        (folder / f"{wave}.csv").write_text(as_csv(COLUMNS, of_wave), encoding="utf-8")
    return prepare_study(folder)


@pytest.mark.quick(1)
@pytest.mark.parametrize(("seed", "qualified"), [(6, True), (10, False)])
def test_the_first_screen_says_of_each_clear_outcome_what_its_design_bears(tmp_path, seed, qualified):
    page = undrawn_findings(written(tmp_path, seed), cohort="a")
    assert MAY in page.headline.text  # of the first outcome, which is unclear
    assert "Zeal 1 to 5, matters from 0.30 ▲ better" in page.headline.text
    assert (NOT in page.headline.text) is qualified
    assert "does not say what the programme did" not in page.outcomes.text
    assert ("The programme raised leaders’ zeal" in page.outcomes.text) is not qualified
