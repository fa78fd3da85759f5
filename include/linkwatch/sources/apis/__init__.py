"""Interfaces of vendors: each call is priced and entered before it is sent. client.py asks, every other module is one vendor."""
