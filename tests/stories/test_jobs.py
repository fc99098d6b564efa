"""Jobs in a shop that is open: staff have one run in the admin, and the bus has it done."""

import re
from typing import Any

import pytest

from opensky.testing.buying import Clerk, wait_for

pytestmark = pytest.mark.slow


def test_staff_have_a_job_run_and_see_how_it_went(running_shop: Any) -> None:
    """Within seconds, in a process of its own below the bus; its log stands in the admin and in that of the bus."""
    with Clerk(running_shop.address) as clerk:
        page = clerk.http.get("/admin/jobs/prune_messages").text
        clerk._send("/admin/jobs/prune_messages/run", clerk._token(page), {})

        def run() -> str:
            found = re.search(r'href="(/admin/jobs/runs/\d+)"', clerk.http.get("/admin/jobs/prune_messages").text)
            return clerk.http.get(found[1]).text if found else ""

        wait_for(lambda: ">done<" in run(), "the job should be done")
        shown = run()
        assert "Rows that were old:" in shown
        assert "job begins" in shown
        assert "Robin Vale" in shown
    assert '"event":"job done"' in (running_shop.data / "log" / "bus.log").read_text("utf-8")
