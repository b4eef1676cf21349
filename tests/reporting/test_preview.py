"""What a dry run says that pages would hide."""

import pandas as pd
from small_studies import TOML, Group, small_study

from rm_research.panel import prepare_study
from rm_research.reporting.preview import preview

UNLABELLED = TOML.replace('label = "Mood"\n', "") + "[scales.inner_zeal]\n"
CODEBOOK = "item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\nm3,inner_zeal,1,5\n"


def test_an_outcome_without_a_label_is_named_as_on_its_page(tmp_path):
    folder = small_study(tmp_path / "study", Group(n=14), toml=UNLABELLED, files={"codebook.csv": CODEBOOK})
    for wave in ("pre.csv", "post.csv"):
        rows = pd.read_csv(folder / wave, dtype="str")
        rows.loc[4:, "m3"] = ""  # four people answer it, too few to be shown
        rows.to_csv(folder / wave, index=False)
    (row,) = preview(prepare_study(folder), ["Spring"]).to_dict("records")
    assert row["Hidden"].startswith("people (Programme: Inner zeal); ")
