"""How a twin of `task bench` is talked to: requests and answers are lines of JSON, with the names of worker.ts of the bench."""
import json
import resource
import sys
import time


def serve(start, loading):
    """Answers requests until there are no more.

    `start` makes of the first request a step (`run()` gives a loss, `facts()` what was compiled) and what it says of itself; `loading`
    are the seconds that importing took, which count to the first step.
    """
    begin = time.perf_counter()
    step, first = None, 0.0
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "start":
            step, answer = start(request)
        elif request["do"] == "steps":
            answer = {"seconds": [], "losses": []}
            round_begin = time.perf_counter()
            while len(answer["seconds"]) < request["steps"]:
                at = time.perf_counter()
                answer["losses"].append(step.run())
                answer["seconds"].append(time.perf_counter() - at)
                first = first or time.perf_counter() - begin + loading
                if time.perf_counter() - round_begin > request["seconds"]:
                    break
        else:
            resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            answer = {**step.facts(), "resident": resident, "firstStep": first}
        print(json.dumps(answer), flush=True)
