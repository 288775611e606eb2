"""The files that belong to the project: tracked by git, or new and not ignored."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def project_files(root: Path, *suffixes: str) -> list[Path]:
    """Absolute paths below `root`, sorted; all files, or only those whose names end in one of `suffixes`."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    paths = sorted(root / name for name in set(listing.split("\0")) if name.endswith(suffixes or ""))
    return [path for path in paths if path.is_file()]


def parse(path: Path) -> ast.Module | str:
    """The file's syntax tree, or one line `number: what is wrong` if this Python cannot read it."""
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as problem:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return f"{problem.lineno}: is not Python {version}: {problem.msg}"


def read_text(path: Path) -> str | None:
    """The file's text, or None if it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
