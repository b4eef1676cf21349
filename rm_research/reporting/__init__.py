"""
Notebooks into pages, one or many; nearly empty, so that a kernel need not wait for what makes pages of it.

nbformat checks notebooks by jsonschema, which imports a checker of addresses where there is one. That compiles its
grammar when it is imported, for seconds in every process, and no notebook has such an address: here it is left out.
"""

import sys
from importlib import import_module

_ADDRESSES = "rfc3987_syntax"

if not {_ADDRESSES, "jsonschema"} & set(sys.modules):
    sys.modules[_ADDRESSES] = None  # type: ignore[assignment]  # to import it is an error now, which jsonschema expects
    try:
        import_module("jsonschema")
    finally:
        del sys.modules[_ADDRESSES]
