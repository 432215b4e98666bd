"""Fine-tuning through OpenAI's API, at OpenAI or at any endpoint of that shape: files, jobs, events, results, models.

Read in the order of a run: `wish` (what is to be trained), `quote` (what it will cost), `ledger` (what was asked for,
before it was asked), `uploading`, `creating`, `following`, `curve`. `endpoint` makes the calls, `reading` turns what
comes back into `records`.
"""
