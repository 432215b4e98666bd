"""The subcommands of scripts/finetune.py: words for people and programs around what scripts/finetuning does."""
