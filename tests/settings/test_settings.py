"""Settings come from the environment, then the file, then the defaults; what makes no sense is refused in words."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from opensky.kernel.errors import Misconfigured
from opensky.settings import Settings


def written(folder: Path, text: str, name: str = "opensky.toml") -> Path:
    """Write a settings file."""
    path = folder / name
    path.write_text(text)
    return path


def test_without_anything_the_defaults_hold_in_the_data_folder(tmp_path: Path) -> None:
    """A newcomer sets nothing."""
    settings = Settings.load({"OPENSKY_DATA": str(tmp_path / "new")})

    versions = Path(__file__).resolve().parents[2] / "migrations"
    assert settings == Settings(data=tmp_path / "new", secret_key=settings.secret_key, migrations=versions)
    assert settings.database == f"sqlite:///{tmp_path}/new/opensky.sqlite"
    assert settings.address == "http://127.0.0.1:8000"


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    """Each setting by itself."""
    written(tmp_path, 'port = 9000\nworkers = 4\ndemo = true\nshop_name = "Corner"\n')

    settings = Settings.load({"OPENSKY_DATA": str(tmp_path), "OPENSKY_PORT": "9001", "OPENSKY_DEMO": "no"})

    assert (settings.port, settings.workers, settings.demo) == (9001, 4, False)
    assert (settings.shop_name, settings.currency) == ("Corner", "USD")


def test_a_named_file_is_read_instead_and_its_paths_start_where_it_stands(tmp_path: Path) -> None:
    """By argument or by variable; the folder that it names is beside it."""
    path = written(tmp_path, 'data = "shop"\n', "other.toml")

    assert Settings.load({}, path).data == tmp_path / "shop"
    assert Settings.load({"OPENSKY_CONFIG": str(path)}).data == tmp_path / "shop"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"OPENSKY_PROT": "1"}, "Unknown environment variable OPENSKY_PROT: did you mean OPENSKY_PORT?"),
        (
            {"OPENSKY_XYZZY": "1"},
            "Unknown environment variable OPENSKY_XYZZY: known are alerts, broker_url, bus_threads,",
        ),
        ({"OPENSKY_PORT": "web"}, "OPENSKY_PORT must be a whole number, not 'web'."),
        ({"OPENSKY_DEMO": "maybe"}, "OPENSKY_DEMO must be true or false, not 'maybe'."),
        ({"OPENSKY_PORT": "0"}, "The setting 'port' must be 1 to 65535, not 0."),
        ({"OPENSKY_WORKERS": "-1"}, "The setting 'workers' must be 1 to 64, not -1."),
        ({"OPENSKY_NODE": "64"}, "The setting 'node' must be 0 to 63, not 64."),
        ({"OPENSKY_CURRENCY": "dollar"}, "'currency' must be a currency of ISO 4217 such as USD, not 'dollar'."),
        ({"OPENSKY_CURRENCY": "usd"}, "such as USD, not 'usd'. Did you mean 'USD'?"),
        ({"OPENSKY_CURRENCY": "XYZ"}, "such as USD, not 'XYZ'."),
        (
            {"OPENSKY_PUBLIC_URL": "https://shop.example:99999"},
            "'public_url' names port '99999'; a port is a number of 1",
        ),
        ({"OPENSKY_DEVO_URL": "http://[::1]:x"}, "'devo_url' names port 'x'"),
        ({"OPENSKY_DATABASE_URL": "mariadb://me:s3cret@db.example:0/shop"}, "'database_url' names port '0'"),
        ({"OPENSKY_DOCUMENTS_URL": "mongodb://a.example:27017,b.example:270170/shop"}, "names port '270170'"),
        (
            {"OPENSKY_REPLICA_URLS": "postgresql://a.example:5432/shop,postgresql://b.example:65536/shop"},
            "'replica_urls' names port '65536'",
        ),
        ({"OPENSKY_PUBLIC_URL": "shop.example"}, "must be an address such as https://shop.example"),
    ],
)
def test_a_wrong_variable_is_refused_by_name_with_what_to_do(
    variables: dict[str, str], told: str, tmp_path: Path
) -> None:
    """Nothing is guessed and nothing ignored; nothing is made either."""
    with pytest.raises(Misconfigured) as refused:
        Settings.load(variables | {"OPENSKY_DATA": str(tmp_path / "new")})

    assert told in str(refused.value)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prot = 1", "Unknown setting 'prot' in {file}: did you mean port?"),
        ('port = "9000"', "The setting 'port' in {file} must be a whole number, not '9000'."),
        ("demo = 1", "The setting 'demo' in {file} must be true or false, not 1."),
        ("port = true", "The setting 'port' in {file} must be a whole number, not True."),
        ("shop_name = 5", "The setting 'shop_name' in {file} must be text, not 5."),
        ("port 9000", "The settings file {file} is not valid TOML: "),
        (
            'data = "x"',
            "The setting 'data' in {file} would move the folder that the file is in; set OPENSKY_DATA instead.",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_what_to_do(text: str, told: str, tmp_path: Path) -> None:
    """The file and the key."""
    path = written(tmp_path, text)

    with pytest.raises(Misconfigured) as refused:
        Settings.load({"OPENSKY_DATA": str(tmp_path)})

    assert told.format(file=path) in str(refused.value)


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """It was named, so it was meant."""
    with pytest.raises(Misconfigured, match=r"Cannot read the settings file .*gone\.toml: No such file"):
        Settings.load({"OPENSKY_CONFIG": str(tmp_path / "gone.toml")})


def test_a_data_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """A file stands in its way."""
    blocked = written(tmp_path, "", "file")

    with pytest.raises(Misconfigured, match=r"Cannot write in the data folder .*choose another with OPENSKY_DATA"):
        Settings.load({"OPENSKY_DATA": str(blocked / "shop")})


def test_the_secret_key_is_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    """256 random bits that nobody else on the machine can read, and the same ever after."""
    first = Settings.load({"OPENSKY_DATA": str(tmp_path)}).secret_key

    assert len(bytes.fromhex(first)) == 32
    assert Settings.load({"OPENSKY_DATA": str(tmp_path)}).secret_key == first
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert Settings.load({"OPENSKY_DATA": str(tmp_path), "OPENSKY_SECRET_KEY": "mine"}).secret_key == "mine"


def test_a_key_file_cut_short_by_a_crash_is_made_anew(tmp_path: Path) -> None:
    """Half a key was never used by anybody."""
    written(tmp_path, "abc", "secret.key")

    assert len(Settings.load({"OPENSKY_DATA": str(tmp_path)}).secret_key) == 64


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    """Eight at the same empty folder."""
    code = "from opensky.settings import Settings; print(Settings.load().secret_key)"
    started = [
        subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"OPENSKY_DATA": str(tmp_path)}, stdout=-1)
        for _ in range(8)
    ]

    keys = {process.communicate(timeout=60)[0].strip() for process in started}

    assert len(keys) == 1
    assert keys == {(tmp_path / "secret.key").read_bytes().strip()}


@pytest.mark.parametrize(
    ("host", "public_url", "loopback", "secure"),
    [
        ("127.0.0.1", "", True, False),
        ("::1", "", True, False),
        ("localhost", "", True, False),
        ("127.0.0.1", "http://localhost:8000", True, False),
        ("127.0.0.1", "https://shop.example", False, True),
        ("0.0.0.0", "", False, True),  # noqa: S104 - it is what the test is about
        ("0.0.0.0", "http://localhost:8000", False, True),  # noqa: S104 - likewise
        ("192.0.2.7", "", False, True),
    ],
)
def test_only_plain_http_on_loopback_goes_without_secure_cookies(
    host: str, public_url: str, loopback: bool, secure: bool
) -> None:
    """Whoever can be reached from elsewhere needs TLS."""
    settings = Settings(host=host, public_url=public_url)

    assert (settings.loopback, settings.secure_cookies) == (loopback, secure)


def test_the_address_is_the_public_one_or_host_and_port() -> None:
    """Without a slash at its end, so that paths can follow."""
    assert Settings(public_url="https://shop.example/").address == "https://shop.example"
    assert Settings(host="::1", port=81).address == "http://[::1]:81"


def test_a_child_process_gets_the_same_settings_without_the_key_on_its_environment(tmp_path: Path) -> None:
    """The key is read from its file, which other users cannot read."""
    settings = Settings.load({"OPENSKY_DATA": str(tmp_path), "OPENSKY_DEMO": "1", "OPENSKY_PORT": "9001"})

    assert "OPENSKY_SECRET_KEY" not in settings.environment()
    assert Settings.load(settings.environment()) == settings


def test_secrets_are_not_in_the_text_of_the_settings() -> None:
    """A log line with all settings gives nothing away."""
    assert "s3cret" not in repr(Settings(secret_key="s3cret", database_url="postgresql://shop:s3cret@db/shop"))
