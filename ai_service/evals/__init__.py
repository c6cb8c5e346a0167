"""How often the classifier and the BANT rules are right, on cases that we wrote."""
