"""A small OpenAI-compatible server over a local open model: the embedded default, so that no key is needed.

weights.py fetches and checks the model, server.py runs it, __main__.py is the command. Everything else reaches it
through OPENAI_BASE_URL only, like any other endpoint.
"""
