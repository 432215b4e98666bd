"""An endpoint behind a breaker: while nothing but faults comes from it, it is left alone, and no turn waits for it.

An endpoint that is slow is not one that is down, though both are silent. After some seconds in which nothing at all
came from it, it is asked for its list of models, beside the turns: without any answer to that it counts as down, and no
turn tries it before such a look has found it alive. Each process finds out for itself.
"""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from app.core import breaker
from app.core.breaker import Breaker
from app.core.deadline import Clock, Deadline
from app.core.errors import ModelBusy, ModelError, ModelRejected, ModelResting
from app.core.prompt import Prompt
from app.models.endpoint import Asking, Ending, Endpoint

logger = logging.getLogger(__name__)

SILENCE_S = 4.0
_LOOK_S = 0.7  # silence and look together stay within 5 s
_LOOK_EVERY_S = 1.0


class GuardedEndpoint:
    """An endpoint, its breaker, and a second way to it to see whether it lives. Safe from any thread."""

    def __init__(self, name: str, endpoint: Endpoint, lookout: Endpoint, clock: Clock) -> None:
        """Begin with trust. `name` is for the log; `lookout` leads to the same place on a connection of its own."""
        self.name = name
        self._endpoint = endpoint
        self._lookout = lookout
        self._clock = clock
        self._lock = threading.Lock()
        self._breaker = Breaker()
        self._waiting: dict[int, float] = {}
        self._heard_at = self._looked_at = float("-inf")
        self._asked = 0
        self._is_silent = False
        self._looking = ThreadPoolExecutor(1, thread_name_prefix="lookout")

    @property
    def is_open(self) -> bool:
        """Whether the endpoint is left alone."""
        return self._breaker.is_open

    @property
    def is_resting(self) -> bool:
        """Whether a question would be refused now: in each second of a rest, one is not."""
        return self._is_silent or not breaker.may_ask(self._breaker, self._clock())

    def ask(self, prompt: Prompt, model: str, until: Deadline) -> Asking:
        """Begin to ask. Raises ModelResting while the endpoint is left alone."""
        number = self._admit()
        asking = self._endpoint.ask(prompt, model, until)
        asking.on_end(lambda ending: self._learn(number, ending))
        return asking

    def ping(self, deadline: Deadline) -> None:
        """Return when the endpoint answers. Raises ModelError."""
        self._endpoint.ping(deadline)

    def doubt(self) -> None:
        """Look whether the endpoint lives, in the background, if it has been silent for long."""
        with self._lock:
            now = self._clock()
            began_at = next(iter(self._waiting.values()), now)
            is_in_doubt = now - max(began_at, self._heard_at) >= SILENCE_S and not self._breaker.is_open
            if not (is_in_doubt or self._is_silent) or now - self._looked_at < _LOOK_EVERY_S:
                return
            self._looked_at = now
        self._looking.submit(self._look)

    def close(self) -> None:
        """Take no more questions, let those in progress end."""
        self._looking.shutdown()
        self._lookout.close()
        self._endpoint.close()

    def _admit(self) -> int:
        """Return the number of the question."""
        with self._lock:
            now = self._clock()
            if self._is_silent or not breaker.may_ask(self._breaker, now):
                raise ModelResting("the endpoint failed again and again")
            self._breaker = breaker.asked(self._breaker, now)
            self._asked += 1
            self._waiting[self._asked] = now
            return self._asked

    def _learn(self, number: int, ending: Ending) -> None:
        with self._lock:
            now = self._clock()
            self._waiting.pop(number, None)
            if ending == "answer":
                self._heard_at = now
                self._is_silent = False
                self._become(breaker.after_answer(self._breaker))
            elif ending == "fault":
                self._become(breaker.after_fault(self._breaker, now))

    def _look(self) -> None:
        try:
            self._lookout.ping(Deadline(self._clock() + _LOOK_S, self._clock))
        except (ModelBusy, ModelRejected):
            self._is_silent = False  # it answers, if only to say no
        except ModelError:
            with self._lock:
                self._is_silent = True
                self._become(breaker.tripped(self._breaker, self._clock()))
        else:
            self._is_silent = False

    def _become(self, new: Breaker) -> None:
        if new.is_open and not self._breaker.is_open:
            logger.warning("a model endpoint is down: it is asked once a second", extra={"endpoint": self.name})
        if self._breaker.is_open and not new.is_open:
            logger.info("a model endpoint is back", extra={"endpoint": self.name})
        self._breaker = new
