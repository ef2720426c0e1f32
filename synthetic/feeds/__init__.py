"""How each sender writes down the simulated lives: identifiers, columns, dirt, and when what becomes known.

Must not be here: what happens to people (one level up), files (`synthetic.landing`).
"""
