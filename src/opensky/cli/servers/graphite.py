"""Graphite, for tests: Debian's carbon and graphite-web, on loopback, with everything they write in a folder of their own."""

import subprocess
from pathlib import Path

from opensky.cli.servers.activemq import listens
from opensky.cli.servers.server import HOST, Server, find, free_port, held

_PYTHON = "/usr/bin/python3"
"""The system's: these packages are for no other."""
_WEB = Path("/usr/lib/python3/dist-packages/graphite")
RETENTION = "60s:1d,1h:1y"
_CARBON = """
[cache]
STORAGE_DIR = {data}
LOCAL_DATA_DIR = {data}/whisper
CONF_DIR = {conf}
LOG_DIR = {data}
PID_DIR = {data}
LINE_RECEIVER_INTERFACE = {host}
LINE_RECEIVER_PORT = {line}
PICKLE_RECEIVER_INTERFACE = {host}
PICKLE_RECEIVER_PORT = {pickle}
CACHE_QUERY_INTERFACE = {host}
CACHE_QUERY_PORT = {query}
MAX_CREATES_PER_MINUTE = inf
MAX_UPDATES_PER_SECOND = inf
ENABLE_LOGROTATION = False
USER =
"""
_DJANGO = """
from graphite.settings import *

SECRET_KEY = {secret!r}
ALLOWED_HOSTS = ["*"]
TIME_ZONE = "UTC"
GRAPHITE_ROOT = STORAGE_DIR = LOG_DIR = {data!r}
CONF_DIR = {conf!r}
WHISPER_DIR = {data!r} + "/whisper"
STANDARD_DIRS = [WHISPER_DIR]
INDEX_FILE = {data!r} + "/index"
CARBONLINK_HOSTS = ["{host}:{query}"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": {data!r} + "/graphite.sqlite"}}}}
LOG_ROTATION = False
"""


class Graphite(Server):
    """A carbon and a graphite-web of the installed version. ``url`` is the web's, ``line`` and ``pickle`` are carbon's ports."""

    name = "Graphite"
    variable = "TEST_GRAPHITE_URL"
    packages = ("graphite-web", "graphite-carbon", "python3-whisper")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.line, self.pickle, self._query = free_port(), free_port(), free_port()
        self._carbon: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where graphite-web answers."""
        return f"http://{HOST}:{self.port}"

    @classmethod
    def missing(cls) -> str:
        """Return what is not there."""
        return "" if _WEB.is_dir() and find("carbon-cache") else "graphite-web"

    def prepare(self) -> None:
        """Write both configurations, and make the tables of the web."""
        conf = self.folder / "conf"
        (self.data / "whisper").mkdir(parents=True)
        conf.mkdir()
        places = {"data": str(self.data), "conf": str(conf), "host": HOST, "query": self._query}
        carbon = _CARBON.format(line=self.line, pickle=self.pickle, **places)
        (conf / "carbon.conf").write_text(carbon, "utf-8")
        (conf / "storage-schemas.conf").write_text(f"[all]\npattern = .*\nretentions = {RETENTION}\n", "utf-8")
        (conf / "of_this_test.py").write_text(_DJANGO.format(secret=self.password, **places), "utf-8")
        self._run(_PYTHON, "-m", "django", "migrate", "--run-syncdb")

    def start(self) -> None:
        """Start carbon, then the web."""
        config = f"--config={self.folder / 'conf' / 'carbon.conf'}"
        with (self.folder / "carbon.log").open("ab") as log:
            self._carbon = subprocess.Popen(
                [*held("", self.sign), _PYTHON, find("carbon-cache"), config, "--nodaemon", "start"],
                env=self._environment(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        super().start()

    def stop(self) -> None:
        """Stop the web, then carbon."""
        super().stop()
        if self._carbon is not None:
            self._carbon.terminate()
            self._carbon.wait(20)

    def command(self) -> list[str]:
        """Serve in the foreground."""
        return [_PYTHON, "-m", "django", "runserver", "--noreload", f"{HOST}:{self.port}"]

    def answers(self) -> bool:
        """Whether both take connections."""
        return listens(self.port) and listens(self.line)

    def _environment(self) -> dict[str, str]:
        theirs = {"PYTHONPATH": str(self.folder / "conf"), "DJANGO_SETTINGS_MODULE": "of_this_test"}
        ours = {key: value for key, value in super()._environment().items() if key not in {"VIRTUAL_ENV", "PYTHONHOME"}}
        return ours | theirs | {"GRAPHITE_ROOT": str(self.data)}
