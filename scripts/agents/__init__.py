"""Setting up a Dialogflow agent, ES or CX, for our webhook: read, plan (pure), write, back up, restore, try.

Reading order: wish (what should be), es_agent and cx_agent (what is), plan, es_plan and cx_plan (the difference),
carrying_out (writing it), backup. Google's packages appear here only; no other room needs to know its messages.
"""
