"""Puts everything a browser loads into storefront/static/dist/, under names that change with the content.

    python3 tools/front_end.py

Three sources: a short list of files from node_modules (see VENDOR), our own style sheets (the files
css/NN-name.css, joined in the order of their numbers into css/app.css), and our own modules and pictures.
dist/manifest.json maps each logical name ("htmx.js", "css/app.css") to the path below storefront/static/.
Modules import one another by relative name, so folders of modules keep their file names and the folder's name
carries the hash. Beside every text file lies its .gz. Standard library only: nothing may be installed yet.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPRESSIBLE = {".css", ".js", ".json", ".svg", ".txt", ".wasm", ".webmanifest"}

VENDOR = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "hx-sse.js": "htmx.org/dist/ext/hx-sse.min.js",
    "figtree.woff2": "@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2",
    "confetti.js": "canvas-confetti/dist/confetti.module.mjs",
    "zxing_reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
    "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
}
VENDOR_FOLDERS = {
    "barcode-detector": ("barcode-detector/dist/es", ("ponyfill.js", "zxing-exported.js")),
}
SOURCE_MAP = re.compile(rb"\s*(//# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*$")
ADDRESS_IN_CSS = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")


class FrontEndError(Exception):
    """What is asked for is not there; the text names the file."""


class Shelf:
    """The folder being filled: remembers logical names and what belongs there."""

    def __init__(self, static: Path) -> None:
        self.static = static
        self.dist = static / "dist"
        self.names: dict[str, str] = {}
        self.kept: set[Path] = set()

    def put(self, logical: str, folder: str, content: bytes) -> None:
        """Store one file as FOLDER/stem-HASH.suffix."""
        name = Path(logical)
        self._write(logical, Path(folder) / f"{name.stem}-{short_hash(content)}{name.suffix}", content)

    def put_folder(self, logical: str, folder: str, files: dict[str, bytes]) -> None:
        """Store files that import one another as FOLDER/name-HASH/…, each under its own name."""
        together = b"".join(name.encode() + b"\0" + content for name, content in sorted(files.items()))
        place = Path(folder) / f"{Path(logical).name}-{short_hash(together)}"
        for name, content in files.items():
            self._write(f"{logical}/{name}", place / name, content)

    def keep(self, relative: str, content: bytes) -> None:
        """Store a file that no page asks for, under its own name."""
        self._place(self.dist / relative, content)

    def finish(self) -> None:
        """Write the manifest and remove what an earlier build left."""
        listing = json.dumps(dict(sorted(self.names.items())), indent=1) + "\n"
        self._place(self.dist / "manifest.json", listing.encode())
        for path in sorted(self.dist.rglob("*"), reverse=True):
            if path.is_dir():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path not in self.kept:
                path.unlink()

    def _write(self, logical: str, relative: Path, content: bytes) -> None:
        self._place(self.dist / relative, content)
        self.names[logical] = f"dist/{relative.as_posix()}"

    def _place(self, path: Path, content: bytes) -> None:
        self.kept.add(path)
        fresh = not path.exists() or path.read_bytes() != content
        if fresh:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if path.suffix in COMPRESSIBLE and path.name != "manifest.json":
            packed = path.with_name(path.name + ".gz")
            self.kept.add(packed)
            if fresh or not packed.exists():
                packed.write_bytes(gzip.compress(content, mtime=0))


def build(root: Path = ROOT) -> dict[str, str]:
    """Fill storefront/static/dist/ below `root` and return the manifest. Raises FrontEndError."""
    shelf = Shelf(root / "storefront" / "static")
    put_vendor(shelf, root / "node_modules")
    put_pictures(shelf)
    put_modules(shelf)
    put_styles(shelf)
    shelf.finish()
    return shelf.names


def put_vendor(shelf: Shelf, packages: Path) -> None:
    for logical, source in VENDOR.items():
        shelf.put(logical, "vendor", read_vendor(packages / source))
    for logical, (folder, names) in VENDOR_FOLDERS.items():
        shelf.put_folder(logical, "vendor", {name: read_vendor(packages / folder / name) for name in names})
    put_licences(shelf, packages)


def put_licences(shelf: Shelf, packages: Path) -> None:
    """The licence texts and notices of what is served, which its licences ask to be passed on."""
    sources = [*VENDOR.values(), *(folder for folder, _ in VENDOR_FOLDERS.values())]
    for package in sorted({package_of(source) for source in sources}):
        texts = [*(packages / package).glob("LICEN[CS]E*"), *(packages / package).glob("NOTICE*")]
        for text in texts:
            shelf.keep(f"vendor/licences/{package.strip('@')}/{text.stem}.txt", text.read_bytes())
    for source in sources:
        inner = packages / f"{source}.LICENSE.txt"
        if inner.exists():
            shelf.keep(f"vendor/licences/{package_of(source).strip('@')}/{inner.name}", inner.read_bytes())


def package_of(source: str) -> str:
    parts = source.split("/")
    return "/".join(parts[:2]) if source.startswith("@") else parts[0]


def read_vendor(path: Path) -> bytes:
    """The file without its pointer to a source map, which is not served."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as missing:
        raise FrontEndError(f"{path} is missing: run `npm ci --omit=dev` again") from missing
    return content if path.suffix in {".woff2", ".wasm"} else SOURCE_MAP.sub(b"\n", content)


def put_pictures(shelf: Shelf) -> None:
    """Everything of ours that is neither style sheet nor module, by its path below static/."""
    for path in own_files(shelf.static):
        relative = path.relative_to(shelf.static)
        if relative.parts[0] not in {"css", "js", "dist"}:
            shelf.put(relative.as_posix(), relative.parent.as_posix(), path.read_bytes())


def put_modules(shelf: Shelf) -> None:
    folder = shelf.static / "js"
    files = {path.relative_to(folder).as_posix(): module(path) for path in own_files(folder)}
    if files:
        shelf.put_folder("js", "", files)


def module(path: Path) -> bytes:
    """A script of ours as it is served: without the lines that hold only a comment, which browsers need not load."""
    lines = path.read_bytes().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.lstrip().startswith(b"//"))


def put_styles(shelf: Shelf) -> None:
    """css/NN-name.css become css/app.css, in the order of the numbers; other style sheets stay alone."""
    joined: list[str] = []
    for path in own_files(shelf.static / "css"):
        text = linked(path, shelf.names)
        if re.match(r"\d\d-", path.name):
            joined.append(text)
        else:
            shelf.put(f"css/{path.name}", "css", text.encode())
    if joined:
        shelf.put("css/app.css", "css", "".join(joined).encode())


def linked(path: Path, names: dict[str, str]) -> str:
    """The style sheet with url("../img/a.svg") and url("figtree.woff2") replaced by hashed addresses."""

    def replace(found: re.Match[str]) -> str:
        address = found.group(1)
        if address.startswith(("data:", "#")):
            return found.group(0)
        logical = address.removeprefix("./").removeprefix("../")
        if logical not in names:
            raise FrontEndError(f"{path}: url({address}) names no file that is served")
        return f'url("../{names[logical].removeprefix("dist/")}")'

    return ADDRESS_IN_CSS.sub(replace, path.read_text(encoding="utf-8"))


def own_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def short_hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]


if __name__ == "__main__":
    try:
        print(f"{len(build())} browser files are ready in storefront/static/dist/")
    except FrontEndError as problem:
        sys.exit(str(problem))
