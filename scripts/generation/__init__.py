"""From a template and a grid of values to synthetic examples: every answer is paid once and kept as it arrives.

grid.py reads the file, calls.py makes the requests, answers.py keeps what comes back, endpoint.py speaks to the model,
asking.py asks many at once and with patience, meter.py counts, batch.py uses the Batch API instead, estimate.py says
what it will cost, tables.py writes the CSV files, runs.py puts these together.
"""
