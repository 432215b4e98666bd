"""Training of one LoRA adapter, in a process of its own: python -m scripts.local_engine.trainer JOB_FOLDER.

order.py says what to train, examples.py turns lines into tokens, batches.py orders them, objectives.py says what is
learnt, loop.py learns it, checkpoints.py keeps it, export.py writes it for llama.cpp. wire.py tells the service.
torch, transformers, peft and gguf are imported here only.
"""
