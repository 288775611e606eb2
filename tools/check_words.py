"""One word per thing: names defined in campaigns/ use the glossary's words, not their synonyms.

    python tools/check_words.py [FOLDER]

Only what the code itself names is checked (modules, classes, functions, arguments, variables, fields), never
what it takes from a library.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.tracked import ROOT, parse, project_files

INSTEAD = {
    "affiliate": "advocate",
    "blacklist": "holdout",
    "booked": "committed",
    "booking": "place",
    "comment": "mention",
    "coupon": "voucher",
    "ctr": "conversion rate",
    "gateway": "processor",
    "impression": "exposure",
    "influencer": "advocate",
    "notification": "message",
    "pledge": "commit",
    "pledged": "committed",
    "preauth": "authorization",
    "product": "offer",
    "promotion": "campaign",
    "purchase": "order",
    "quota": "capacity",
    "reversal": "refund",
    "shop": "merchant or venue",
    "sku": "option",
    "stock": "capacity",
    "ticket": "voucher",
    "uplift": "lift",
    "wallet": "credit",
}
PLURAL = {f"{word}s": better for word, better in INSTEAD.items()}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def problems(root: Path) -> Iterator[str]:
    """One line per problem, as `path:line: what is wrong`, paths relative to `root`."""
    for path in project_files(root, ".py"):
        name = path.relative_to(root)
        if name.parts[0] != "campaigns":
            continue
        tree = parse(path)
        if isinstance(tree, str):
            continue  # reported by the size check
        for line, identifier in [(1, path.stem), *defined_names(tree)]:
            for word in WORD.findall(identifier):
                better = INSTEAD.get(word.lower()) or PLURAL.get(word.lower())
                if better:
                    yield f"{name}:{line}: {identifier}: the word for {word.lower()!r} is {better!r}"


def defined_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Each name the code gives to something, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr


if __name__ == "__main__":
    found = list(problems(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)
