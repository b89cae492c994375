"""The cooperation of Volkshochschulen as pure functions: what is observed, what becomes an event, what each VHS
should hold.
"""
