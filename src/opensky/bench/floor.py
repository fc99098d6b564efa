"""The floor: a bare Litestar endpoint, with nothing of OpenSky in it."""

from litestar import Litestar, get


@get("/", sync_to_thread=False)
def hello() -> dict[str, str]:
    """Answer with a constant."""
    return {"hello": "world"}


app = Litestar([hello], openapi_config=None)
