"""How fast the engine trains beside a bare loop over peft and transformers, and what a whole job takes.

bare_loop.py and engine_loop.py are the two ways, measure.py runs one of them in a process of its own, whole_job.py runs
a job through the engine, processes.py reads memory, __main__.py is the command.
"""
