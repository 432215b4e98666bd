"""An OpenAI-compatible service over a local open model: the embedded default, so that no key is needed, and the place
where fine-tuning goes on.

app.py is its HTTP face; files.py, uploads.py, jobs.py, events.py and models.py are what it speaks of, store.py is where
that is kept. job_queue.py works on jobs (validation.py, trainings.py) and starts the trainer/. inference.py runs
llama.cpp (native.py), proxy.py talks to it. weights.py and bases.py find the model; serving.py wires all, __main__.py
is the command. Everything else reaches it through OPENAI_BASE_URL only, like any other endpoint.
"""
