"""Model endpoints: everything that speaks OpenAI's API, all through the `openai` package.

endpoint.py keeps the deadline, guarded.py leaves alone what is down, lineup.py asks a second one; client.py is one
thread's connection; stream.py reads the answer; failures.py names what can go wrong;
chat.py and text.py know one kind of request each.
"""
