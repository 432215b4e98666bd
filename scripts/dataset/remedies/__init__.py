"""What to change in a file of prompts and completions before a model is tuned on it: rules, a plan, and its outcome.

The rules and their order are those of `openai tools fine_tunes.prepare_data`; `differences` names where they part.
"""
