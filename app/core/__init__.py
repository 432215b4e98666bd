"""The pure rules: no clock, file, environment, network, randomness or framework is touched from here.

Everything a rule needs is passed in. tests/test_architecture.py holds this to the letter. The offline scripts import
these same modules, so that a prompt in training is, byte for byte, the prompt in serving.
"""
