"""The jobs of the closed room, which tell what they cost: for the tests that count it."""

import resource

from documents import jobs

warm_up = jobs.warm_up


def inspect(content, **arguments):
    told, blobs = jobs.inspect(content, **arguments)
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    told["cpu_seconds"] = max(own.ru_utime + own.ru_stime, children.ru_utime + children.ru_stime)
    told["peak_kilobytes"] = max(own.ru_maxrss, children.ru_maxrss)
    return told, blobs


JOBS = {"inspect": inspect}
