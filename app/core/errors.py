"""Every error of ours, in one tree. A type exists because somebody handles it differently.

    Error
    |-- BadRequest        400: the body is not one that we can answer
    |-- Unauthorized      401: the caller did not prove who it is; all reasons look the same from outside
    |-- ConfigError       start-up: settings are missing or contradict each other; all of them are listed at once
    |-- ContentError      start-up: a persona or another content file is wrong
    |-- StoreError        the session store failed; the turn goes on without memory
    `-- ModelError        the model gave no usable words; the turn goes on with a fallback line
        |-- ModelTimeout  the deadline came first
        |-- ModelBusy     429: asking again later may help
        |-- ModelRefused  the endpoint's content filter or the model itself declined
        |-- ModelRejected any other 4xx: wrong key, unknown model; no fault of the endpoint's
        |-- ModelBroken   a fault of the endpoint's: 5xx, nonsense bodies, broken connections
        `-- ModelUnasked  it was not even asked
            |-- ModelResting  the endpoint has just failed again and again
            `-- ModelSpent    the limit of model calls is reached

No message carries what a person said, a key, or a body: messages are logged.
"""


class Error(Exception):
    """The root of the tree."""


class BadRequest(Error):
    """The request cannot be answered; the message tells its sender why."""


class Unauthorized(Error):
    """The caller did not prove who it is; the message is for the log only."""


class ConfigError(Error):
    """The settings do not allow a start; the message lists everything that is wrong and what to set."""


class ContentError(Error):
    """A content file is wrong; the message names the file, the key and the fix."""


class StoreError(Error):
    """The session store failed; whoever catches it goes on without memory."""


class ModelError(Error):
    """The model gave no usable words."""


class ModelTimeout(ModelError):
    """The deadline came before the first whole sentence."""


class ModelBusy(ModelError):
    """The endpoint asks for fewer requests (429)."""


class ModelRefused(ModelError):
    """A content filter or the model itself declined to answer."""


class ModelRejected(ModelError):
    """The endpoint does not take the request, the key or the model's name (4xx)."""


class ModelBroken(ModelError):
    """The endpoint answered with something that is no completion, or did not answer at all."""


class ModelUnasked(ModelError):
    """The model was not asked."""


class ModelResting(ModelUnasked):
    """The endpoint is left alone for now: nothing but faults came from it."""


class ModelSpent(ModelUnasked):
    """The limit of model calls, a minute's or a day's, is reached."""
