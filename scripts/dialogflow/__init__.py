"""Dialogflow played on this machine, ES and CX: its requests, its deadline, its judgement of answers.

Written from Google's documents and message types, and without the app's own parsing: what both had wrong together
would go unseen. `types`, `origins`, `es`, `cx`, `checking`, `showing`, `expectations` and `transcript` are pure.
"""
