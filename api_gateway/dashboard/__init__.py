"""The dashboard: is it running, does it produce, must I act?"""
