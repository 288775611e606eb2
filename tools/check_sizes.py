"""Files have at most 300 lines, functions at most 40, and nothing committed is minified. No exceptions.

    python tools/check_sizes.py [FOLDER]

Complexity and the number of parameters are ruff's to check (C901, PLR0913).
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.tracked import ROOT, parse, project_files

FILE_LINES = 300
FUNCTION_LINES = 40
LINE_CHARACTERS = 500  # beyond this, nobody wrote it by hand

SIZED = (".py", ".html", ".css", ".js", ".sql")


def problems(root: Path) -> Iterator[str]:
    """One line per problem, as `path:line: what is wrong`, paths relative to `root`."""
    for path in project_files(root, *SIZED):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(root)
        lines = text.splitlines()
        if len(lines) > FILE_LINES:
            yield f"{name}:{FILE_LINES + 1}: {len(lines)} lines, at most {FILE_LINES}: split by noun"
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_CHARACTERS:
                yield f"{name}:{number}: line of {len(line)} characters: minified code is not committed"
        if path.suffix == ".py":
            tree = parse(path)
            for found in [tree] if isinstance(tree, str) else long_functions(tree):
                yield f"{name}:{found}"


def long_functions(tree: ast.Module) -> Iterator[str]:
    """The functions of more than 40 lines, counted from `def` to the last line, docstring included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{node.lineno}: function {node.name} has {length} lines, at most {FUNCTION_LINES}"


if __name__ == "__main__":
    found = list(problems(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)
