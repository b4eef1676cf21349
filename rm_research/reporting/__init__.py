"""
Notebooks into pages, one or many; nearly empty, so that a kernel need not wait for what makes pages of it.

nbformat checks notebooks by jsonschema, which imports a checker of addresses where there is one. That compiles its
grammar when it is imported, for seconds in every process, and no notebook has such an address: jsonschema goes without.
"""

import sys
from collections.abc import Sequence
from types import ModuleType


class _WithoutAddresses:
    """Finder of modules that tells jsonschema, while it is imported itself, that there is no checker of addresses."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:
        asking = getattr(sys.modules.get("jsonschema._format"), "__spec__", None)
        if name == "rfc3987_syntax" and getattr(asking, "_initializing", False):
            raise ModuleNotFoundError(name=name)


sys.meta_path.insert(0, _WithoutAddresses)
