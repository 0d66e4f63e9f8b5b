#!/usr/bin/env python3
"""Makes docs/benchmarks/scale.md and its plots of the results of benchmarks/scale: scale.py RESULTS-DIRECTORY PAGE."""

import json
import math
import pathlib
import statistics
import sys

from report import SOURCES, Figure, draw, number, table

MISSING = "not measured"
NONE = "Not measured yet on a machine that does nothing else."


class Run:
    """The results on one JDK."""

    def __init__(self, directory):
        self.directory = directory
        self.jdk = directory.name
        self.about = self.read("run") or {}
        self.figures = {}
        for file in sorted(directory.glob("*-[0-9].json")):
            for entry in self.entries(file):
                figure = Figure(entry)
                parameters = tuple((entry.get("params") or {}).values())
                self.figures[(figure.name, *parameters, figure.threads)] = figure

    @staticmethod
    def entries(file):
        text = file.read_text()
        return [entry for entry in json.loads(text) if "benchmark" in entry] if text.strip() else []

    def read(self, name):
        file = self.directory / f"{name}.json"
        text = file.read_text() if file.exists() else ""
        return json.loads(text) if text.strip() else None

    def figure(self, name, *parameters, threads=1):
        return self.figures.get((name, *parameters, threads))

    def nanos(self, name, *parameters, threads=1):
        figure = self.figure(name, *parameters, threads=threads)
        return math.nan if figure is None else figure.nanos


def cell(figure):
    return "" if figure is None else f"{figure.time()}, {figure.allocated()}"


def all_of(values):
    """Values of several JDKs in one cell."""
    values = list(values)
    return " / ".join(value if value else MISSING for value in values)


def jdks(runs):
    return " / ".join(f"JDK {run.jdk}" for run in runs)


class Bound:
    """One line of the table of bounds: what is compared, with what, and the greatest quotient."""

    def __init__(self, case, bound, least, quotient):
        self.case, self.bound, self.least, self.quotient = case, bound, least, quotient

    def row(self, runs):
        quotients = [self.quotient(run) for run in runs]
        verdict = all_of("" if math.isnan(value) else "met" if value <= self.least else "**missed**" for value in quotients)
        return [self.case, self.bound, all_of("" if math.isnan(value) else f"{value:.2f}" for value in quotients), verdict]


def ratio(name, others, *parameters, threads=1):
    def of(run):
        return run.nanos(name, *parameters, threads=threads) / min(run.nanos(o, *parameters, threads=threads) for o in others)
    return of


def per_thread(name, threads):
    """The cost on more threads than processors, each of which runs a part of the time, beside that on as many as there are."""
    def of(run):
        return run.nanos(name, threads=threads) / (run.nanos(name, threads=2) * threads / 2)
    return of


def bounds(runs):
    caller, later, window = "TimeoutCallerThread.netrun", "TimeoutAsync.laterNetrun", "CircuitBreakerCountWindow.netrun"
    rows = [
        Bound("limit on the caller's thread, 2 threads", "2 × a slot for each thread", 2,
              ratio(caller, ["TimeoutCallerThread.slotPerThread"], threads=2)),
        Bound("… from 2 to 8 threads", "no more for each thread", 1.1, per_thread(caller, 8)),
    ]
    for threads in (1, 2, 8):
        rows.append(Bound(f"limit on the caller's thread, {on(threads)}", "0.3 × best rival", 0.3,
                          ratio(caller, ["TimeoutCallerThread.smallRye"], threads=threads)))
    for threads in (1, 2, 8):
        rows.append(Bound(f"limit of a future that is completed later, {on(threads)}", "0.3 × best rival", 0.3,
                          ratio(later, ["TimeoutAsync.laterResilience4j", "TimeoutAsync.laterSmallRye"], threads=threads)))
    for threads in (1, 2, 8):
        rows.append(Bound(f"rate of the last 100 calls, {on(threads)}", "0.2 × best rival", 0.2,
                          ratio(window, ["CircuitBreakerCountWindow.resilience4j", "CircuitBreakerCountWindow.smallRye"],
                                threads=threads)))
    for frames in ("10", "150"):
        rows.append(Bound(f"failing call, circuit breaker, {frames} frames deep", "0.2 × best rival", 0.2,
                          ratio("FailingCall.circuitBreakerNetrun",
                                ["FailingCall.circuitBreakerResilience4j", "FailingCall.circuitBreakerSmallRye"], frames)))
        rows.append(Bound(f"failing call, three patterns, {frames} frames deep", "0.2 × best rival", 0.2,
                          ratio("FailingCall.threeNetrun", ["FailingCall.threeResilience4j", "FailingCall.threeSmallRye"], frames)))
    rows.append(Bound("failed future, circuit breaker", "0.2 × best rival", 0.2,
                      ratio("FailedFuture.circuitBreakerNetrun",
                            ["FailedFuture.circuitBreakerResilience4j", "FailedFuture.circuitBreakerSmallRye"])))
    rows.append(Bound("failed future, four patterns", "0.2 × best rival", 0.2,
                      ratio("FailedFuture.fourNetrun", ["FailedFuture.fourResilience4j", "FailedFuture.fourSmallRye"])))
    rows.append(Bound("limit on a worker thread", "1.1 × hand-over to a pool; from JDK 21 on, the better of pool and virtual thread", 1.1,
                      lambda run: run.nanos("TimeoutWorkerThread.netrun") / min(
                          value for value in (run.nanos("TimeoutWorkerThread.handOver"), run.nanos("TimeoutWorkerThread.virtualThread"))
                          if not math.isnan(value)) if run.figure("TimeoutWorkerThread.handOver") else math.nan))
    for threads in (1, 8):
        rows.append(Bound(f"new key at the bound of 100,000, {on(threads)}", "5 µs", 5,
                          lambda run, t=threads: run.nanos("KeyedInstances.missAtTheLimitNetrun", "100000", threads=t) / 1_000))
    for methods, most in ((0, 150), (100, 250), (1_000, 1_000)):
        rows.append(Bound(f"start-up, {methods:,} methods", f"+ {most:,} ms", most, lambda run, m=methods: added(run, m, "NETRUN")))
    rows.append(Bound("endpoint, 10,000 instances", "150 ms", 150, lambda run: many(run, 10_000, "endpoint, as JSON")))
    rows.append(Bound("health, 10,000 instances, 2,500 take part", "5 ms", 5, lambda run: many(run, 10_000, "in the health, health")))
    rows.append(Bound("scrape, 10,000 instances", "2 × as many plain gauges", 2, scrapes))
    measured = [row for row in rows if any(not math.isnan(row.quotient(run)) for run in runs)]
    return table(["case", "bound", "measured, " + jdks(runs), ""], [row.row(runs) for row in measured])


def on(threads):
    return "1 thread" if threads == 1 else f"{threads} threads"


def added(run, methods, library):
    results = {(r["methods"], r["library"]): r for r in run.read("started") or []}
    if (methods, library) not in results:
        return math.nan
    return results[methods, library]["startMillis"] - results[methods, "NONE"]["startMillis"]


def shown(run, instances):
    return run.read(f"many-{instances}") or []


def many(run, instances, subject):
    return next((r["cpuMillis"] for r in shown(run, instances) if r["subject"] == subject), math.nan)


def scrapes(run, instances=10_000):
    of = {r["subject"].rsplit(" ", 1)[-1]: r["cpuMillis"] for r in shown(run, instances) if r["subject"].startswith("scrape")}
    return of["meters"] / of["gauges"] if len(of) == 2 else math.nan


def over_threads(runs, kind, subjects):
    rows = []
    for title, method in subjects.items():
        for threads in (1, 2, 8):
            name = f"{kind}.{method}"
            rows.append([title if threads == 1 else "…", str(threads),
                         *[cell(run.figure(name, threads=threads)) for run in runs]])
    return table(["subject", "threads", *[f"JDK {run.jdk}, ns" for run in runs]], rows)


def rows_of(runs, subjects):
    """One line for each subject, and a column for each JDK on which one of them was measured."""
    runs = [run for run in runs if any(run.figure(*name) for name in subjects.values())]
    rows = [[title, *[cell(run.figure(*name)) for run in runs]] for title, name in subjects.items()]
    return table(["subject", *[f"JDK {run.jdk}, ns" for run in runs]], rows) if runs else NONE


def failing(runs):
    subjects = {}
    for frames in ("10", "150"):
        deep = f", {frames} frames deep"
        subjects["bare call" + deep] = ("FailingCall.bare", frames)
        for pattern, title in (("circuitBreaker", "circuit breaker"), ("three", "bulkhead, retry and circuit breaker")):
            for library in ("Netrun", "Resilience4j", "SmallRye"):
                subjects[f"{title}, {library.lower()}{deep}"] = (f"FailingCall.{pattern}{library}", frames)
    for pattern, title in (("circuitBreaker", "future that fails later, circuit breaker"),
                           ("four", "future that fails later, four patterns")):
        for library in ("Netrun", "Resilience4j", "SmallRye"):
            subjects[f"{title}, {library.lower()}"] = (f"FailedFuture.{pattern}{library}",)
    for deep, title in (("shallow", "10"), ("deep", "150")):
        made = "madeShallow" if deep == "shallow" else "madeDeep"
        subjects[f"to make the failure itself, {title} frames deep"] = (f"FailedFutureMade.{made}",)
        for library in ("Netrun", "Resilience4j", "SmallRye"):
            subjects[f"… and four patterns, {library.lower()}"] = (f"FailedFutureMade.{deep}{library}",)
    return rows_of(runs, subjects)


def keyed(runs):
    runs = [run for run in runs if run.figure("KeyedInstances.hitMap", "100")]
    if not runs:
        return NONE
    rows = []
    for method, title in (("hitMap", "hit, a `ConcurrentHashMap`"), ("hitNetrun", "hit, netrun"),
                          ("hitResilience4j", "hit, resilience4j"), ("missAtTheLimitNetrun", "new key at the bound, netrun")):
        for count in ("100", "10000", "100000"):
            rows.append([title, f"{int(count):,}", *[cell(run.figure(f"KeyedInstances.{method}", count, threads=threads))
                                                     for run in runs for threads in (1, 8)]])
    return table(["what", "keys", *[f"JDK {run.jdk}, {on(threads)}, ns" for run in runs for threads in (1, 8)]], rows)


def pending(runs):
    results = [{(r["kind"], r["subject"]): r for r in run.read("pending")} for run in runs if run.read("pending")]
    if not results:
        return NONE
    rows = []
    for key in results[0]:
        row = [r.get(key) for r in results]
        rows.append([key[0], key[1],
                     all_of(r and number(r["nanosToSet"]) for r in row),
                     all_of(r and number(r["nanosToEnd"]) for r in row),
                     all_of(r and number(r["bytes"]) for r in row)])
    return table(["pending", "subject", "ns to begin", "ns to end", "bytes held"], rows)


def idle(runs):
    runs = [run for run in runs if run.read("idle")]
    patterns = {}
    for run in runs:
        for r in run.read("idle") or []:
            patterns.setdefault(r["pattern"], {})[run.jdk, r["library"]] = f"{r['bytes']:,.0f}"
    rows = [[pattern, *[found.get((run.jdk, library), "") for run in runs for library in ("netrun", "resilience4j")]]
            for pattern, found in patterns.items()]
    return table(["pattern", *[f"{library}, JDK {run.jdk}" for run in runs for library in ("netrun", "resilience4j")]], rows)


def started(runs):
    runs = [run for run in runs if run.read("started")]
    rows = []
    for methods in (0, 100, 1_000):
        for library in ("NETRUN", "RESILIENCE4J"):
            rows.append([f"{methods:,}", library.lower(), *["" if math.isnan(added(run, methods, library)) else
                                                           f"{added(run, methods, library):+,.0f}" for run in runs]])
    return table(["methods", "library", *[f"JDK {run.jdk}, ms" for run in runs]], rows)


def endpoint(runs):
    runs = [run for run in runs if shown(run, 10_000)]
    if not runs:
        return NONE
    subjects = [r["subject"] for r in shown(runs[0], 10_000)]
    rows = []
    for subject in subjects:
        cells = [f"{value:,.2f}" if not math.isnan(value) else "" for run in runs for value in (many(run, 10_000, subject),)]
        size = next((r["size"] for r in shown(runs[0], 10_000) if r["subject"] == subject), 0)
        rows.append([subject, *cells, f"{size:,}"])
    return table(["what", *[f"JDK {run.jdk}, CPU ms" for run in runs], "size"], rows)


def http(runs):
    rows = []
    for run in runs:
        results = run.read("http") or []
        servers = list(dict.fromkeys(r["server"] for r in results))
        for server in servers:
            of = {library: median_of([r for r in results if r["server"] == server and r["library"] == library])
                  for library in dict.fromkeys(r["library"] for r in results)}
            for library, r in of.items():
                base = of["none, Spring Boot 4" if library == "spring7" else "none"]
                against = "" if r is base or library.startswith("none") else f"{r['cpuMicros'] - base['cpuMicros']:+.1f}"
                rows.append([run.jdk, server, library, f"{r['perSecond']:,.0f}", f"{r['cpuMicros']:.1f}", against,
                             *[f"{r[p] / 1000:.2f}" for p in ("p50", "p99", "p999")]])
    rounds = [r["round"] for run in runs for r in run.read("http") or []]
    few = "One round only: differences of some 10 % mean nothing.\n\n" if rounds and max(rounds) == 0 else ""
    return few + table(["JDK", "server", "library", "requests per second", "CPU per request, µs", "… more than none",
                  "p50, ms", "p99, ms", "p99.9, ms"], rows) if rows else NONE


def median_of(results):
    return {key: statistics.median(r[key] for r in results) for key in ("perSecond", "cpuMicros", "p50", "p99", "p999")}


def environment(runs):
    rows = []
    for run in runs:
        rows.append([f"JDK {run.jdk}", run.about.get("jdk", ""), run.about.get("date", ""), f"`{run.about.get('plan', '')}`"])
    return f"{runs[0].about.get('machine', '')}.\n\n" + table(["", "JDK", "date", "JMH's plan"], rows)


def plots(runs, page):
    """Of the first JDK: cost over threads, over keys, over instances."""
    run = runs[0]
    texts = []

    def add(file, title, lines):
        lines = {name: [(x, y) for x, y in points if not math.isnan(y)] for name, points in lines.items()}
        lines = {name: points for name, points in lines.items() if len(points) > 1}
        if lines:
            draw(title, lines, page.parent / page.stem / file)
            texts.append(f"![{title}]({page.stem}/{file})")

    threads = (1, 2, 8)
    add("caller.svg", "Limit on the caller's thread: ns per call over threads",
        {name: [(t, run.nanos(f"TimeoutCallerThread.{name}", threads=t)) for t in threads]
         for name in ("netrun", "slotPerThread", "scheduleAndCancel", "smallRye")})
    add("later.svg", "Limit of a future that is completed later: ns per call over threads",
        {name: [(t, run.nanos(f"TimeoutAsync.later{name}", threads=t)) for t in threads]
         for name in ("Netrun", "OrTimeout", "Resilience4j", "SmallRye")})
    add("window.svg", "Rate of the last 100 calls: ns per call over threads",
        {name: [(t, run.nanos(f"CircuitBreakerCountWindow.{name}", threads=t)) for t in threads]
         for name in ("netrun", "resilience4j", "smallRye")})
    add("keys.svg", "Keyed instances, one thread: ns over keys",
        {name: [(count, run.nanos(f"KeyedInstances.{name}", str(count))) for count in (100, 10_000, 100_000)]
         for name in ("hitMap", "hitNetrun", "hitResilience4j", "missAtTheLimitNetrun")})
    add("instances.svg", "Endpoint and health: CPU ms over instances",
        {name: [(count, many(run, count, name)) for count in (1_000, 3_000, 10_000)]
         for name in ("endpoint, all instances", "endpoint, as JSON", "endpoint, overview", "in the health, health")})
    return "\n\n".join(texts)


def remark(runs, step):
    """What is to be known of how a step was measured."""
    busy = [f"JDK {run.jdk}" for run in runs
            if (run.directory / "busy").exists() and step in (run.directory / "busy").read_text().split()]
    return f"\n\nMeasured on a machine that did other work at the same time ({', '.join(busy)}): times are provisional." if busy else ""


def main(results, page):
    runs = [Run(directory) for directory in sorted(results.iterdir()) if directory.is_dir()]
    caller = {"netrun": "netrun", "a slot for each thread": "slotPerThread",
              "a scheduled interrupt": "scheduleAndCancel", "smallrye": "smallRye"}
    later = {"netrun": "laterNetrun", "`orTimeout`": "laterOrTimeout", "resilience4j": "laterResilience4j", "smallrye": "laterSmallRye"}
    window = {"netrun": "netrun", "resilience4j": "resilience4j", "smallrye": "smallRye"}
    worker = {"hand-over to a pool": ("TimeoutWorkerThread.handOver",), "a new virtual thread": ("TimeoutWorkerThread.virtualThread",),
              "netrun": ("TimeoutWorkerThread.netrun",), "resilience4j": ("TimeoutWorkerThread.resilience4j",)}
    prepared = {"the direct call": ("ThreeStacked.netrun",)}
    prepared.update({name: (f"Decorated.{name}",) for name in ("supplier", "callable", "runnable", "function", "async")})
    parts = {
        "environment": environment(runs), "bounds": bounds(runs), "plots": plots(runs, page),
        "caller": over_threads(runs, "TimeoutCallerThread", caller),
        "later": over_threads(runs, "TimeoutAsync", later),
        "window": over_threads(runs, "CircuitBreakerCountWindow", window),
        "failing": failing(runs), "worker": rows_of(runs, worker), "prepared": rows_of(runs, prepared),
        "keyed": keyed(runs), "pending": pending(runs) + remark(runs, "pending"), "idle": idle(runs), "started": started(runs),
        "endpoint": endpoint(runs) + remark(runs, "many"), "http": http(runs)}
    text = (SOURCES / "scale.md").read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace("{" + name + "}", part)
    page.write_text(text, encoding="utf-8")




if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
