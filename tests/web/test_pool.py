"""The threads of a process."""

import asyncio
import os
import threading
import time

import pytest

from opensky.web.pool import Pool


def test_work_is_done_in_other_threads_and_comes_back() -> None:
    """In any order, each answer to whom it belongs."""
    pool = Pool(3)

    async def ask() -> list[int]:
        answers: list[int] = await asyncio.gather(*(pool.run(lambda x: x * x, n) for n in range(200)))
        return answers

    async def thread() -> str:
        name: str = await pool.run(lambda: threading.current_thread().name)
        return name

    assert asyncio.run(ask()) == [n * n for n in range(200)]
    assert asyncio.run(thread()).startswith("request-")
    pool.close()


def test_an_error_is_raised_where_the_answer_is_awaited() -> None:
    """And the thread goes on."""
    pool = Pool(1)

    async def ask() -> int:
        with pytest.raises(ZeroDivisionError):
            await pool.run(lambda: 1 // 0)
        answer: int = await pool.run(lambda: 3)
        return answer

    assert asyncio.run(ask()) == 3
    pool.close()


def test_no_more_run_at_once_than_there_are_threads() -> None:
    """The bound is the size of the connection pool."""
    pool, running, most = Pool(2), [], []
    both = threading.Barrier(2)

    def work() -> None:
        running.append(1)
        most.append(len(running))
        both.wait(30)
        time.sleep(0.005)
        running.pop()

    async def ask() -> None:
        await asyncio.gather(*(pool.run(work) for _ in range(12)))

    asyncio.run(ask())
    assert max(most) == 2
    pool.close()


def test_who_goes_away_disturbs_nobody() -> None:
    """A cancelled request's answer is dropped."""
    pool = Pool(1)

    async def ask() -> int:
        slow = asyncio.create_task(pool.run(time.sleep, 0.05))
        await asyncio.sleep(0.01)
        slow.cancel()
        answer: int = await pool.run(lambda: 3)
        return answer

    assert asyncio.run(ask()) == 3
    pool.close()


def test_a_closed_pool_ends_its_threads_and_starts_anew_when_asked() -> None:
    """As a reloaded worker does."""
    pool = Pool(2)
    asyncio.run(pool.run(os.getpid))
    pool.close()
    assert asyncio.run(pool.run(os.getpid)) == os.getpid()
    pool.close()


def test_threads_are_started_only_when_they_are_needed() -> None:
    """One after the other needs one thread, however often; so many at once need as many."""
    pool, all_at_once = Pool(4), threading.Barrier(4)

    def name() -> str:
        return threading.current_thread().name

    def name_of_one_of_four() -> str:
        all_at_once.wait(30)
        return name()

    async def ask() -> tuple[set[str], set[str]]:
        alone = {await pool.run(name) for _ in range(10)}
        together = set(await asyncio.gather(*(pool.run(name_of_one_of_four) for _ in range(12))))
        return alone, together

    alone, together = asyncio.run(ask())
    pool.close()

    assert alone == {"request-0"}
    assert together == {f"request-{number}" for number in range(4)}
