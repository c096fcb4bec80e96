"""Work that runs ahead of a loop, in order and within bounds."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Callable, Optional, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], prefetch: int, workers: Optional[int]
) -> Iterator[Result]:
    """The results of `work` for each item, in order.

    At most `prefetch` results are held or being made beyond the one that was given last. An exception comes where its result would have.
    The threads end with the iteration, also where it is given up.

    Args:
        prefetch: at least 0; 0 works on each item when it is asked for.
        workers: threads, at least 0; 0 works in the caller's; None for as many as this process has cores, at most 4.
    """
    if prefetch < 0 or (workers is not None and workers < 0):
        raise ValueError(f"prefetch {prefetch} and workers {workers} must be at least 0")
    threads = min(4, cores()) if workers is None else workers
    if prefetch == 0 or threads == 0:
        return map(work, items)
    return _ahead(work, items, prefetch, min(threads, prefetch))


def _ahead(work: Callable[[Item], Result], items: Iterable[Item], prefetch: int, threads: int) -> Iterator[Result]:
    pool = ThreadPoolExecutor(threads, thread_name_prefix="occ-predictions")
    waiting: deque[Future[Result]] = deque()
    coming = iter(items)
    failure: Optional[Exception] = None
    try:
        while failure is None:
            try:
                waiting.append(pool.submit(work, next(coming)))
            except StopIteration:
                break
            except Exception as error:
                # What was begun before comes first.
                failure = error
            if len(waiting) > prefetch:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
        if failure is not None:
            raise failure
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
