"""BANT: how likely a prospect is to buy, with the evidence for each criterion."""
