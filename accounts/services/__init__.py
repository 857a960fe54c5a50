"""Writes: each locks, checks, then writes, in one transaction. `Refused` carries the sentence for the person."""
