"""Sentences in the source of the package, to find out which of them no test has seen."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

FEWEST_BLANKS = 3  # in a sentence
FILLED = re.compile(r"\\\{\w+\\\}")  # what a sentence leaves to be filled in


def sentences(tree: ast.AST) -> Iterator[str]:
    """Every sentence in a part of the source, as an expression that finds it in what was said."""
    formatted = {node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)}
    within = {part for node in formatted for part in ast.walk(node)} - formatted
    documented = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if node in within | documented or not isinstance(node, ast.JoinedStr | ast.Constant):
            continue
        parts = [getattr(part, "value", None) for part in getattr(node, "values", [node])]
        plain = "".join(part for part in parts if isinstance(part, str))
        if plain.count(" ") >= FEWEST_BLANKS and not plain.startswith("^"):
            sentence = ".*?".join(re.escape(part) if isinstance(part, str) else "" for part in parts)
            yield FILLED.sub(".*?", sentence).replace(r"\{\{", r"\{").replace(r"\}\}", r"\}")


def unsaid(places: list[ast.AST], said: list[str]) -> list[str]:
    """Sentences in these parts of the source that are in nothing of what was said."""
    found = dict.fromkeys(sentence for place in places for sentence in sentences(place))
    return [sentence for sentence in found if not any(re.search(sentence, one, re.DOTALL) for one in said)]


def parsed(*paths: Path) -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
