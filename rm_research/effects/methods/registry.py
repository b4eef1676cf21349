"""The registry: all methods by contrast, measure and name, and what follows from several of them together."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum

import pandas as pd

from rm_research.effects.methods.method import Estimator, Key, Method
from rm_research.effects.methods.vocabulary import Contrast, Heads
from rm_research.errors import StudyError


class Registry:
    """All methods in their order, which is that of rows and of explanations."""

    def __init__(self, methods: tuple[Method, ...]) -> None:
        self._by_key: dict[Key, Method] = {}
        for method in methods:
            self.register(method)

    def register(self, method: Method) -> None:
        """
        Add a method; its rows come last among those of its contrast.

        Raises
        ------
        StudyError
            When another method has the same contrast, measure and name.
        """
        if method.key in self._by_key:
            raise StudyError(f"There is a method {' '.join(method.key)!r} already. Give the new one another name.")
        self._by_key[method.key] = method

    @contextmanager
    def having(self, method: Method) -> Iterator[None]:
        """Add a method temporarily."""
        self.register(method)
        try:
            yield
        finally:
            del self._by_key[method.key]

    def __iter__(self) -> Iterator[Method]:
        return iter(tuple(self._by_key.values()))

    def __len__(self) -> int:
        return len(self._by_key)

    def __getitem__(self, key: Key) -> Method:
        return self._by_key[key]

    def to_frame(self) -> pd.DataFrame:
        """One row per method, with all that is declared of it as text; groups are missing if they are not declared."""
        further = ("average", "additive", "missing", "same_if_all_stay", "averaged")
        rows = [
            (*method.key, method.about, _listed(method.groups), str(method.heads or ""), _listed(method.needs),
             *(str(getattr(method, name)) for name in further), _source(method.estimator))
            for method in self
        ]  # fmt: skip
        columns = ["contrast", "measure", "method", "about", "groups", "heads", "needs", *further, "estimator"]
        return pd.DataFrame(rows, columns=columns, dtype="str")

    def get(self, contrast: str, measure: str, name: str) -> Method | None:
        """Return the method of a row; None where it is not declared."""
        return self._by_key.get((contrast, measure, name))

    def n_column(self, contrast: str, measure: str, name: str) -> str:
        """Column that says how many people a row is about; those with both scores where the method is not declared."""
        method = self.get(contrast, measure, name)
        return "n_pairs" if method is None else method.n_column

    def of(self, contrast: str) -> tuple[Method, ...]:
        """Methods of a contrast, in order."""
        return tuple(method for method in self if method.contrast == contrast)

    def headlines(self, contrast: str) -> tuple[Method, ...]:
        """Methods of a contrast whose rows may be headlines."""
        return tuple(method for method in self.of(contrast) if method.heads)

    def explanations(self, used: Iterable[Key], clustered_by: str) -> list[str]:
        """Keys of the sentences that explain the methods of some rows, each once."""
        keys = set(used)
        explanations = (method.explanations(clustered_by) for method in self if method.key in keys)
        return list(dict.fromkeys(sentence for sentences in explanations for sentence in sentences))

    def beside_headlines(self, *, of_both: bool) -> tuple[Method, ...]:
        """
        Methods whose rows are about other people than the changes and headlines next to them.

        Their estimates come from sums of scores, as do those of the headlines, but of other groups of questionnaires:
        what is left between the two is the answers of the people in one group and not in the other.

        Parameters
        ----------
        of_both : bool
            Whether changes are headed by those of people who answered both times.
        """
        idle = Heads.EVERYONE if of_both else Heads.BOTH
        heads = [method for method in self if method.heads not in (None, idle)]
        # the main row of some studies is next to another in the rest; rows say which they are
        settled = [method for method in heads if method.heads != Heads.SELF_SELECTED]
        beside = (method for method in self if method.additive and method not in settled)
        return tuple(method for method in beside if self._differs(method, heads))

    @staticmethod
    def _differs(method: Method, heads: Iterable[Method]) -> bool:
        """Whether a method is of other people than some headline next to it, whatever their arm or role."""
        next_to = (head for head in heads if head.contrast in (Contrast.CHANGE, method.contrast) and not head.unlinked)
        return any(head.people != method.people for head in next_to)


def _source(estimator: Estimator | None) -> str:
    """Name of an estimator and a digest of its code; '' without one."""
    if estimator is None:
        return ""
    code = getattr(estimator, "__code__", None)
    does = b"" if code is None else code.co_code + repr([*code.co_names, *map(type, code.co_consts)]).encode()
    return f"{estimator.__module__}.{estimator.__qualname__}:{hashlib.sha256(does).hexdigest()[:16]}"


def _listed(members: Iterable[StrEnum] | None) -> str | None:
    """Members as one text, in the order of their vocabulary."""
    if members is None:
        return None
    wanted = set(members)
    return ", ".join(member for kind in {type(member) for member in wanted} for member in kind if member in wanted)
