"""When an endpoint is left alone, in moments that the test names."""

import random

from app.core.breaker import Breaker, after_answer, after_fault, asked, may_ask, tripped


def fed(outcomes: str, every_s: float = 0.5) -> Breaker:
    """Return a breaker after faults (x) and answers (.), as many seconds apart, from moment 100 on."""
    breaker = Breaker()
    for number, outcome in enumerate(outcomes):
        now = 100 + number * every_s
        breaker = after_fault(breaker, now) if outcome == "x" else after_answer(breaker)
    return breaker


def test_nothing_but_faults_for_two_seconds_opens_it() -> None:
    """Faults in a row open it once the first is two seconds old, and no sooner."""
    assert [fed("x" * count).is_open for count in range(7)] == [False] * 5 + [True] * 2


def test_with_little_traffic_it_takes_three_faults() -> None:
    """A turn every two seconds finds an outage with the third, within 5 s."""
    assert [fed("x" * count, every_s=2).is_open for count in range(4)] == [False, False, False, True]


def test_a_burst_of_faults_is_no_outage_yet() -> None:
    """Many turns that failed at one moment are one event."""
    assert not fed("x" * 50, every_s=0.01).is_open


def test_an_answer_among_faults_keeps_it_closed() -> None:
    """What answers now and then is asked on."""
    assert not fed("xxxx.xxxx.xxxx").is_open
    assert fed("xxxx.xxxx.").faults == 0


def test_a_fifth_of_errors_hardly_ever_opens_it() -> None:
    """At 20% errors by chance and 20 turns a second it stays closed, for 100,000 turns."""
    chance = random.Random(7)
    breaker = Breaker()
    for number in range(100_000):
        is_fault = chance.random() < 0.2
        breaker = after_fault(breaker, number / 20) if is_fault else after_answer(breaker)
        assert not breaker.is_open


def test_while_open_one_question_a_second_goes_through() -> None:
    """The others are refused at once."""
    breaker = tripped(Breaker(), 100.0)
    let_through = []
    for tenth in range(40):
        now = 100 + tenth / 10
        if may_ask(breaker, now):
            breaker = asked(breaker, now)
            let_through.append(now)

    assert let_through == [101.0, 102.0, 103.0]


def test_the_first_answer_closes_it() -> None:
    """After a recovery everybody is let through again; a fault after it begins a new count."""
    closed = after_answer(after_fault(tripped(Breaker(), 100.0), 101.0))

    assert closed == Breaker()
    assert after_fault(closed, 102.0) == Breaker(1, 102.0)
