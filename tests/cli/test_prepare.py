"""What a first start writes into a folder that has settings already."""

from pathlib import Path

import pytest

from opensky.cli.prepare import _say_it_is_demo, is_demo
from opensky.settings import FILE, Settings


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_that_it_is_a_demo_shop_stands_before_any_table(tmp_path: Path, mode: int) -> None:
    """Below one it would be a part of that, and demo logins would be let in from anywhere."""
    file = tmp_path / FILE
    file.write_text('shop_name = "Mine"\n\n[alerts]\nemails = ["ops@shop.example"]\n', "utf-8")
    file.chmod(mode)
    _say_it_is_demo(file)
    assert is_demo(tmp_path)
    kept = Settings.load({"OPENSKY_DATA": str(tmp_path)})
    assert (kept.shop_name, kept.alerts) == ("Mine", {"emails": ["ops@shop.example"]})
    assert file.stat().st_mode & 0o777 == mode


def test_a_folder_without_settings_gets_a_file_of_its_own(tmp_path: Path) -> None:
    _say_it_is_demo(tmp_path / FILE)
    assert is_demo(tmp_path)
