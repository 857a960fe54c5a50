"""Signs that a text names somebody: what a curious person could read in a contract said to be anonymous.

Pure: a text, what the structure may leave in it, and today; out come leaks, each with its kind, its span and how sure
one is. It looks for signs. A remark may still identify somebody without any of them: no list of names knows that
« l'ancien garde champêtre du village » is one person.
"""

from documents.anonymity.known import OwnDetails
from documents.anonymity.leaks import Leak, find_leaks, mask

__all__ = ["Leak", "OwnDetails", "find_leaks", "mask"]
