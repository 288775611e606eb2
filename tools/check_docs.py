"""Documents tell the truth: links resolve, decisions are indexed, commands exist, no machine is named.

python tools/check_docs.py [FOLDER]
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.tracked import ROOT, project_files, read_text

LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?[^)]*\)")
FENCE = re.compile(r"^\s*(```|~~~)")
MAKE_INLINE = re.compile(r"`make ([a-z][a-z-]*)")
MAKE_IN_FENCE = re.compile(r"(?:^|&& |; )\s*(?:\$ )?(?:\w+=\S+ )*make ([a-z][a-z-]*)")
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
DECISIONS = Path("docs", "decisions")

# Written in pieces so that this file does not find itself.
FORBIDDEN = {
    "a package registry's host": re.compile(
        "|".join(
            (
                "pypi" + r"\.org",
                "python" + "hosted",
                r"registry\." + "npm",
                r"deb\." + "debian",
                r"npmjs\." + "com",
            )
        )
    ),
    "a path of somebody's machine": re.compile(r"(?<![\w./])/(?:" + "work|root" + r"|home/\w+|Users/\w+)/"),
}


def problems(root: Path) -> Iterator[str]:
    """One line per problem, as `path:line: what is wrong`, paths relative to `root`."""
    for path in project_files(root):
        text = read_text(path)
        if text is None:
            continue
        found = list(forbidden(text))
        if path.suffix == ".md":
            found += [*broken_links(path, text), *unknown_commands(root, text)]
        for line, problem in found:
            yield f"{path.relative_to(root)}:{line}: {problem}"
    yield from unindexed_decisions(root)


def forbidden(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in FORBIDDEN.items():
            if match := pattern.search(line):
                yield number, f"names {what}: {match.group(0)}"


def outside_fences(text: str) -> Iterator[tuple[int, str]]:
    yield from ((number, line) for number, line, fenced in with_fences(text) if not fenced)


def with_fences(text: str) -> Iterator[tuple[int, str, bool]]:
    """Each line with its number and whether it stands inside a fenced block."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if FENCE.match(line):
            fenced = not fenced
        else:
            yield number, line, fenced


def links(text: str) -> Iterator[tuple[int, str]]:
    """Relative link targets without their anchors."""
    for number, line in outside_fences(text):
        for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
            if not re.match(r"[a-z][a-z0-9+.-]*:|#", target):
                yield number, unquote(target.split("#")[0])


def broken_links(path: Path, text: str) -> Iterator[tuple[int, str]]:
    for number, target in links(text):
        if not (path.parent / target).exists():
            yield number, f"link to {target}, which does not exist"


def unknown_commands(root: Path, text: str) -> Iterator[tuple[int, str]]:
    makefile = root / "Makefile"
    targets = set(TARGET.findall(makefile.read_text(encoding="utf-8"))) if makefile.exists() else set()
    for number, line, fenced in with_fences(text):
        for name in (MAKE_IN_FENCE if fenced else MAKE_INLINE).findall(line):
            if name not in targets:
                yield number, f"`make {name}` is not a target of the Makefile"


def unindexed_decisions(root: Path) -> Iterator[str]:
    folder = root / DECISIONS
    index = next((folder / name for name in ("README.md", "index.md") if (folder / name).exists()), None)
    listed = {target for _, target in links(index.read_text(encoding="utf-8"))} if index else set()
    for path in sorted(folder.glob("*.md")):
        if path != index and path.name not in {Path(target).name for target in listed}:
            yield f"{DECISIONS / path.name}:1: no index of decisions links to this one"


if __name__ == "__main__":
    found = list(problems(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)
