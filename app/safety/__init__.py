"""Safety around a turn: nothing here asks a model, and nothing here needs the network.

screen.py reads what a person wrote (normalise.py, patterns/), care.py decides what a flagged conversation needs next,
replies.py has the words (replies/, helplines.toml), output.py reads what a model wrote (output/), honesty.py says
what is speaking (honesty/).
"""
