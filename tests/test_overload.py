"""Ten times the capacity, at a real gunicorn: who is let in is answered in time, the others at once.

With -s the counts are shown.
"""

import statistics
import threading
import time
from pathlib import Path

from tests.conftest import es_request
from tests.echo_model import echo_model
from tests.gunicorns import post, text_of, web_server
from tests.test_replicas import note

SECONDS = 6
PLACES = 4
MODEL_S = 1.0
CRISIS = "I want to kill myself"


def test_ten_times_the_capacity(python: str, tmp_path: Path) -> None:
    """Four places and a model that takes a second, forty turns a second: most are turned away within 0.1 s."""
    taken: list[tuple[str, float]] = []

    def say(number: int) -> None:
        words = CRISIS if number % 20 == 7 else f"say {number}"
        started = time.monotonic()
        status, content = post(port, es_request(words, session=f"s{number}"))
        assert status == 200
        taken.append((_kind(text_of(content)), time.monotonic() - started))

    with (
        echo_model(MODEL_S) as model,
        web_server(python, tmp_path, model.base_url, THREADS=str(PLACES), WEB_CONCURRENCY="1") as (port, _),
    ):
        post(port, es_request("say hello"))
        rate = 10 * PLACES / MODEL_S
        threads = [threading.Thread(target=say, args=(number,)) for number in range(int(rate * SECONDS))]
        for thread in threads:
            thread.start()
            time.sleep(1 / rate)
        for thread in threads:
            thread.join()

    times = {kind: sorted(took_s for said, took_s in taken if said == kind) for kind in ("model", "line", "crisis")}
    p95 = {kind: statistics.quantiles(all_s, n=20)[-1] for kind, all_s in times.items()}
    note("; ".join(f"{kind} {len(times[kind])}, p95 {p95[kind]:.3f} s" for kind in times))
    assert len(taken) == len(threads)
    assert p95["model"] < 4.5
    assert statistics.median(times["line"]) < 0.1
    assert len(times["crisis"]) == len(threads) // 20
    assert p95["crisis"] < 1.0
    assert len(times["model"]) >= 0.7 * SECONDS * PLACES / MODEL_S


def _kind(text: str) -> str:
    if "Heard" in text:
        return "model"
    return "line" if "Many people are talking" in text else "crisis"
