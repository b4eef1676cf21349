"""People who share a cluster with somebody: a spread that knows of it and one that does not tell how they differ."""

import pandas as pd

from rm_research.disclosure.threshold import Threshold


def few_share_one(people: pd.DataFrame, threshold: Threshold) -> bool:
    """
    Whether a few of some people share a cluster: somebody does, and fewer than the smallest group.

    The square of an error by clusters less that of one by people is the sum of the products of what people of one
    cluster differ from the mean by.

    Parameters
    ----------
    people : DataFrame
        Rows of a Panel, of one scale and wave.
    threshold : Threshold
    """
    sizes = people.groupby("cluster", observed=True)["person"].transform("nunique")
    return bool(threshold.few(people.loc[sizes > 1, "person"].nunique()))
