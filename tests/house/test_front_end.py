"""The files a browser loads: hashed by content, linked by hashed names, nothing left over (U29, U30)."""

import gzip
import json
from pathlib import Path

import pytest

from tools.front_end import VENDOR, VENDOR_FOLDERS, FrontEndError, build

OWN = {
    "css/10-tokens.css": '@font-face { src: url("figtree.woff2") }\n',
    "css/20-base.css": 'body { background: url("../img/dots.svg") }\n',
    "js/app.js": 'import "./live.js"\n',
    "js/live.js": "export {}\n",
    "img/dots.svg": "<svg/>\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    packages = list(VENDOR.values())
    packages += [f"{folder}/{name}" for folder, names in VENDOR_FOLDERS.values() for name in names]
    for name in packages:
        write(tmp_path / "node_modules" / name, f"/* {name} */\n//# sourceMappingURL=x.map\n")
    for name, text in OWN.items():
        write(tmp_path / "storefront" / "static" / name, text)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def served(project: Path, name: str) -> str:
    return (project / "storefront" / "static" / build(project)[name]).read_text(encoding="utf-8")


def test_the_manifest_names_files_that_are_there(project: Path) -> None:
    names = build(project)
    static = project / "storefront" / "static"
    assert names == json.loads((static / "dist" / "manifest.json").read_text(encoding="utf-8"))
    assert {"htmx.js", "hx-sse.js", "css/app.css", "js/app.js", "img/dots.svg"} <= names.keys()
    assert all((static / path).is_file() for path in names.values())


def test_style_sheets_are_joined_in_order_and_point_to_hashed_names(project: Path) -> None:
    names = {name: path.removeprefix("dist/") for name, path in build(project).items()}
    assert served(project, "css/app.css") == (
        f'@font-face {{ src: url("../{names["figtree.woff2"]}") }}\n'
        f'body {{ background: url("../{names["img/dots.svg"]}") }}\n'
    )


def test_a_style_sheet_that_points_nowhere_is_refused(project: Path) -> None:
    write(project / "storefront/static/css/30-more.css", 'a { background: url("../img/gone.svg") }')
    with pytest.raises(FrontEndError, match=r"gone\.svg"):
        build(project)


def test_modules_keep_their_names_in_a_folder_named_by_all_of_them(project: Path) -> None:
    before = build(project)
    write(project / "storefront/static/js/live.js", "export const pace = 2\n")
    after = build(project)
    assert Path(after["js/app.js"]).name == "app.js"
    assert Path(after["js/app.js"]).parent == Path(after["js/live.js"]).parent
    assert after["js/app.js"] != before["js/app.js"]


def test_what_changed_leaves_no_old_copy_behind(project: Path) -> None:
    old = project / "storefront/static" / build(project)["css/app.css"]
    write(project / "storefront/static/css/20-base.css", "body { margin: 0 }\n")
    build(project)
    assert not old.exists()
    assert not old.with_name(f"{old.name}.gz").exists()


def test_a_packed_copy_lies_beside_every_text_file(project: Path) -> None:
    path = project / "storefront/static" / build(project)["htmx.js"]
    assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()


def test_pointers_to_source_maps_are_not_served(project: Path) -> None:
    assert served(project, "htmx.js") == "/* htmx.org/dist/htmx.min.js */\n"


def test_a_missing_package_is_named(project: Path) -> None:
    (project / "node_modules" / VENDOR["htmx.js"]).unlink()
    with pytest.raises(FrontEndError, match=r"htmx\.min\.js is missing"):
        build(project)
