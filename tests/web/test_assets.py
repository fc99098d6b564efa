"""Files: found by name, kept by browsers, never from outside their folder."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opensky.kernel.errors import NotFound
from opensky.web.assets import inside

_PARTS = st.sampled_from(
    ["..", ".", "a.png", "sub", "b.png", "", "/", "\\", "..\\", "%2e%2e", "\0", "secret.key", "~", "link"]
)


@pytest.fixture
def media(tmp_path: Path) -> Path:
    (tmp_path / "secret.key").write_text("secret")
    folder = tmp_path / "media"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.png").write_bytes(b"a")
    (folder / "sub" / "b.png").write_bytes(b"b")
    (folder / "sub" / ".hidden").write_bytes(b"h")
    (folder / "link").symlink_to(tmp_path / "secret.key")
    return folder.resolve()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(_PARTS, max_size=6), lead=st.sampled_from(["", "/", "//", "../"]))
def test_no_name_leads_out_of_the_folder(media: Path, parts: list[str], lead: str) -> None:
    """Whatever the address holds, what is served is a file below the folder."""
    try:
        found = inside(media, lead + "/".join(parts))
    except NotFound:
        return
    assert found in {media / "a.png", media / "sub" / "b.png"}


@pytest.mark.parametrize(
    "name", ["../secret.key", "link", "sub", "sub/.hidden", "", "sub/../../secret.key", "..%2fsecret.key", "a.png/x"]
)
def test_what_is_outside_hidden_or_no_file_is_not_there(media: Path, name: str) -> None:
    """Links count as where they lead."""
    with pytest.raises(NotFound):
        inside(media, name)


@pytest.mark.parametrize(
    "path", ["/media/../secret.key", "/media/%2e%2e/secret.key", "/media/..%2fsecret.key", "/media//etc/passwd"]
)
def test_no_address_leads_out_of_the_folder(browser: Any, media: Path, path: str) -> None:
    """The same through the server."""
    answer = browser.get(path)
    assert (answer.status_code, "secret" in answer.text.replace("secret.key", "")) == (404, False)


def test_a_picture_can_run_nothing(browser: Any, media: Path) -> None:
    """SVG of unknown origin is shown in a sandbox."""
    (media / "x.svg").write_text("<svg><script>alert(1)</script></svg>")
    answer = browser.get("/media/x.svg")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_browsers_would_run_is_offered_as_a_download(browser: Any, media: Path) -> None:
    """A page among the pictures stays a file."""
    (media / "x.html").write_text("<script>alert(1)</script>")
    assert browser.get("/media/x.html").headers["content-disposition"] == "attachment"


def test_our_files_are_kept_for_ever_under_their_content(browser: Any, shop: Any) -> None:
    """An address with another content's mark is kept for an hour only."""
    file = Path(__file__).parents[2] / "src/opensky/web/static/img/favicon.svg"
    plain = browser.get("/static/img/favicon.svg")
    mark = plain.headers["etag"].removeprefix("W/").strip('"')
    assert plain.content == file.read_bytes()
    assert plain.headers["cache-control"] == "public, max-age=3600"
    assert browser.get(f"/static/img/favicon.svg?v={mark}").headers["cache-control"] == (
        "public, max-age=31536000, immutable"
    )
    again = browser.get("/static/img/favicon.svg", headers={"if-none-match": f'W/"{mark}"'})
    assert (again.status_code, again.content) == (304, b"")


def test_texts_are_compressed_for_who_can_read_it(browser: Any) -> None:
    """Styles and scripts, a quarter of the way; the content is the same."""
    path = "/static/vendor/pico/pico.min.css"
    packed = browser.get(path, headers={"accept-encoding": "gzip, br"})
    plain = browser.get(path, headers={"accept-encoding": "identity"})
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "accept-encoding")
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) * 4 < len(plain.content)
