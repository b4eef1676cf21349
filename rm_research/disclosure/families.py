"""Scales that share answers: next to each other, they may reveal what those who have a score on one only answered."""

from rm_research.study import Study


def families(study: Study) -> list[list[str]]:
    """Names of scales whose items read the same columns of an export, directly or through others; two or more each."""
    found: list[tuple[set[object], list[str]]] = []
    for scale in study.scales:
        columns, names = _columns(scale.name, study), [scale.name]
        for family in [family for family in found if family[0] & columns]:
            columns, names = columns | family[0], [*family[1], *names]
            found.remove(family)
        found.append((columns, names))
    order = [scale.name for scale in study.scales]
    return [sorted(names, key=order.index) for _, names in found if len(names) > 1]


def first_of_family(study: Study) -> dict[str, str]:
    """Each scale's family by the name of its first scale: its own, where it shares answers with none before it."""
    first = {scale.name: scale.name for scale in study.scales}
    return first | {name: family[0] for family in families(study) for name in family}


def _columns(scale: str, study: Study) -> set[object]:
    return {
        (wave.name, source.name, column)
        for wave in study.waves
        for source in wave.sources
        for item in study.items_of(scale)
        for column in item.candidates(wave.name, source.name)
    }
