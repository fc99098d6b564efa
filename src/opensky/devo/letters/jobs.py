"""Letters that are written by the clock."""

from collections.abc import Generator

from opensky.devo.letters.news import NewsManager
from opensky.scheduler import job


@job("0 7 * * MON")
def write_news(news: NewsManager) -> Generator[None, None, str]:
    """Write the weekly letter for every member who asked for it and whose insiders have something new."""
    written = 0
    after: int | None = 0
    while after is not None:
        made, after = news.write(after)
        written += made
        yield
    return f"Letters that are on their way: {written:,}."
