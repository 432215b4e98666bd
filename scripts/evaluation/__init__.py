"""Is a tuned model better than the same persona with a good prompt? Three ways of asking, one scorecard.

In the order of a run: wish.py reads the options, held_out.py and probes.py say what is asked (types.py), arms.py in
which three ways, calls.py as requests, plan.py holds these together and says what they will cost, endpoint.py asks,
losses.py weighs the reference answers, judge.py asks a model, asking.py sees a run through. Then checks.py looks at
single answers, measures.py at many, intervals.py says how sure that is, duels.py tells wins from losses, verdict.py has
the rules; scorecard.py writes it down, table.py and page.py show it.

promotion.py puts a model that passed in place: persona_file.py changes the one line, history.py remembers the former.
"""
