"""Is a tuned model better than the same persona with a good prompt? Three ways of asking, one scorecard.

In the order of a run: held_out.py and probes.py say what is asked (types.py), arms.py in which three ways, calls.py as
requests, plan.py puts these together and says what it will cost, endpoint.py asks, losses.py weighs the reference
answers, asking.py sees a run through. Then checks.py looks at single answers, measures.py at many, intervals.py says
how sure that is, judge.py asks a model, duels.py tells wins from losses, verdict.py holds the rules; scorecard.py
writes it down, page.py shows it. promotion.py and history.py put a model that passed in place.
"""
