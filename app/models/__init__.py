"""Model endpoints: everything that speaks OpenAI's API, all through the `openai` package.

endpoint.py keeps the deadline and maps errors; client.py is one thread's connection; stream.py reads the answer;
chat.py and text.py know one kind of request each.
"""
