#!/usr/bin/env python3
"""Makes docs/benchmarks/jdk-17.md and its plots of the results of a run: report.py RESULTS-DIRECTORY PAGE."""

import json
import math
import pathlib
import sys

HOME = pathlib.Path(__file__).resolve().parent
SOURCES = HOME / "src/main/report"
COLOURS = ["#0b6e4f", "#c1121f", "#e09f3e", "#335c99", "#7b2d8b", "#6c757d", "#9c6644"]


class Figure:
    """What JMH measured of one subject on so many threads."""

    def __init__(self, entry):
        self.name = ".".join(entry["benchmark"].split(".")[-2:])
        self.threads = entry["threads"]
        self.nanos = float(entry["primaryMetric"]["score"])
        self.error = float(entry["primaryMetric"]["scoreError"])  # NaN for a single measurement
        allocation = [m["score"] for key, m in entry["secondaryMetrics"].items() if key.endswith("gc.alloc.rate.norm")]
        self.bytes = float(allocation[0]) if allocation else math.nan

    def time(self):
        return number(self.nanos) + ("" if math.isnan(self.error) else " ± " + number(self.error))

    def allocated(self):
        return "" if math.isnan(self.bytes) else f"{self.bytes:,.0f} B"


def number(value):
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def ratio(figure, other):
    return "" if figure is None or other is None else f"{figure.nanos / other.nanos:.2f}"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


class Case:
    """A case, and which of the figures are of its subjects."""

    def __init__(self, definition, figures):
        self.definition = definition
        self.title = definition["title"]
        self.figures = figures

    def subjects(self, threads):
        """The figures by the subject's name, the least code left out."""
        prefix, suffix = self.definition.get("prefix", ""), self.definition.get("suffix", "")
        found = {subject: self.figures[name, threads] for subject, name in self.definition.get("also", {}).items()
                 if (name, threads) in self.figures}
        for (name, on), figure in self.figures.items():
            kind, method = name.split(".")
            fits = method.startswith(prefix) and method.endswith(suffix)
            if on == threads and kind == self.definition["type"] and fits and name != self.definition.get("limit"):
                subject = method[len(prefix):len(method) - len(suffix)]
                found[subject[0].lower() + subject[1:]] = figure
        return found

    def limit(self, threads):
        return self.figures.get((self.definition.get("limit"), threads))

    def netrun(self, threads):
        return self.subjects(threads).get("netrun")

    def best_rival(self, threads):
        unlike = self.definition.get("unlike", [])
        rivals = {name: figure for name, figure in self.subjects(threads).items() if name != "netrun" and name not in unlike}
        return min(rivals.items(), key=lambda rival: rival[1].nanos, default=(None, None))

    def threads(self):
        return sorted({threads for (_, threads) in self.figures if self.netrun(threads)})

    def verdict(self, threads):
        """The bound and whether it is met, both empty without one."""
        definition = self.definition
        if "beyond" in definition:
            return self.verdict_beyond(threads)
        by_limit = definition.get("against") == "limit"
        bound = definition.get("boundOnThreads", {}).get(str(threads))
        if bound is None and (threads == 1 or not by_limit):
            bound = definition.get("bound")
        other = self.limit(threads) if by_limit else self.best_rival(threads)[1]
        if bound is None or other is None:
            return "", ""
        ours = self.netrun(threads)
        met = ours.nanos <= bound * other.nanos
        text = f"{bound} ×" + (" least code" if by_limit else "")
        if "bytes" in definition:
            text += f", {definition['bytes']} B"
            met = met and not round(ours.bytes) > definition["bytes"]
        return text, "met" if met else "**missed**"

    def verdict_beyond(self, threads):
        """The bound of what is done for a failure beyond making it, as a multiple of the call with a prebuilt one."""
        made = self.figures.get((self.definition["beyond"], threads))
        prebuilt = self.figures.get((self.definition["prebuilt"], threads))
        if made is None or prebuilt is None:
            return "", ""
        beyond = (self.netrun(threads).nanos - made.nanos) / prebuilt.nanos
        bound = self.definition["bound"]
        text = f"beyond making the failure ({made.time()}): {beyond:.2f} of {bound} × prebuilt"
        return text, "met" if beyond <= bound else "**missed**"


def summary(cases):
    rows = []
    for case in cases:
        for threads in case.threads():
            limit, ours = case.limit(threads), case.netrun(threads)
            name, rival = case.best_rival(threads)
            rows.append([
                case.title if threads == 1 else f"… on {threads} threads",
                limit.time() if limit else "",
                f"**{ours.time()}** {ours.allocated()}",
                f"{name} {rival.time()} {rival.allocated()}" if rival else "",
                ratio(ours, limit), ratio(ours, rival), *case.verdict(threads)])
    head = ["case", "least code", "netrun", "best rival", "netrun / least", "netrun / rival", "bound", ""]
    return table(head, rows)


def details(case):
    blocks = []
    for threads in sorted({threads for (_, threads) in case.figures}):
        subjects, limit = case.subjects(threads), case.limit(threads)
        if not subjects:
            continue
        rival = case.best_rival(threads)[1] if "netrun" in subjects else None
        rows = [[name, figure.time(), figure.allocated(), ratio(figure, limit), ratio(figure, rival)]
                for name, figure in sorted(subjects.items(), key=lambda subject: subject[1].nanos)]
        if limit:
            rows.insert(0, ["least code: " + limit.name, limit.time(), limit.allocated(), "", ""])
        suffix = "" if threads == 1 else f", {threads} threads"
        head = ["subject", "ns per call", "allocated", "/ least code", "/ best rival"]
        blocks.append(f"### {case.title}{suffix}\n\n" + table(head, rows))
    return "\n\n".join(blocks)


def plot(case, path):
    """Cost over threads, a line per subject."""
    lines = {}
    for count in case.threads():
        for name, figure in case.subjects(count).items():
            lines.setdefault(name, []).append((count, figure.nanos))
    draw(f"{case.title}: ns per call over threads", lines, path)


def draw(title, lines, path):
    """Lines by name, each of points (x, y), on logarithmic scales."""
    width, height, left, top, right, bottom = 720, 400, 70, 40, 190, 50
    xs = sorted({at for line in lines.values() for (at, _) in line})
    ys = [value for line in lines.values() for (_, value) in line]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)) + 1e-9)
    high = max(high, low + 1)

    def x(at):
        return left + (width - left - right) * math.log(at / xs[0]) / math.log(xs[-1] / xs[0])

    def y(value):
        return top + (height - top - bottom) * (high - math.log10(value)) / (high - low)

    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
           f'<rect width="{width}" height="{height}" fill="white"/>',
           f'<text x="{left}" y="22" font-weight="bold">{title}</text>']
    for power in range(low, high + 1):
        level = y(10 ** power)
        svg.append(f'<line x1="{left}" y1="{level:.1f}" x2="{width - right}" y2="{level:.1f}" stroke="#ddd"/>')
        svg.append(f'<text x="{left - 8}" y="{level + 4:.1f}" text-anchor="end">{10 ** power:,g}</text>')
    for at in xs:
        svg.append(f'<text x="{x(at):.1f}" y="{height - 22}" text-anchor="middle">{at:,}</text>')
    ends = sorted(lines.items(), key=lambda line: line[1][-1][1], reverse=True)
    label = top
    for colour, (name, line) in zip(COLOURS * 3, ends):
        points = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in line)
        svg.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        label = max(label + 16, y(line[-1][1]))
        svg.append(f'<text x="{width - right + 10}" y="{label:.1f}" fill="{colour}">{name} {number(line[-1][1])}</text>')
    svg.append("</svg>")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(svg) + "\n", encoding="utf-8")


def plan(jmh):
    forks = jmh["forks"]
    return (f"{forks} {'fork' if forks == 1 else 'forks'}, {jmh['warmupIterations']} × {jmh['warmupTime']} of warm-up and "
            f"{jmh['measurementIterations']} × {jmh['measurementTime']} measured")


def environment(run, entries):
    beans = next((entry for entry in entries if ".AnnotatedBean." in entry["benchmark"]), None)
    jmh = next((entry for entry in entries if ".AnnotatedBean." not in entry["benchmark"]), beans)
    plans = plan(jmh) + ("" if beans is None or plan(beans) == plan(jmh) else f"; annotated beans: {plan(beans)}")
    arguments = " ".join(argument for argument in jmh["jvmArgs"] if argument.startswith("-X"))
    rows = [["date", run["date"]], ["machine", run["machine"]],
            ["JDK", f"{jmh['vmName']} {jmh['vmVersion']}, `{arguments}`"],
            ["versions", run["versions"]], ["command", f"`{run['command']}`" + run.get("remark", "")],
            ["plan", f"JMH {jmh['jmhVersion']}: {plans}"]]
    return table(["", ""], rows)


def pending(results):
    rows = [[r["subject"], number(r["nanosToSet"]), number(r["nanosToEnd"]), number(r["bytes"])]
            for r in results if r["kind"] == "limit"]
    return table(["subject", "ns to set", "ns to end", "bytes held"], rows)


def started(results):
    """What each library adds to the same application without one."""
    bare = {r["methods"]: r for r in results if r["library"] == "NONE"}
    rows = []
    for r in results:
        none = bare[r["methods"]]
        if r is none:
            rows.append([f"{r['methods']:,}", "none", number(r["startMillis"]), number(r["readyMillis"]),
                         number(r["cpuMillis"]), number(r["mainCpuMillis"]), number(r["heapBytes"] / 1024), number(r["classes"])])
        else:
            added = lambda key, unit=1: f"{(r[key] - none[key]) / unit:+,.0f}"
            rows.append([f"{r['methods']:,}", r["library"].lower(), added("startMillis"), added("readyMillis"),
                         added("cpuMillis"), added("mainCpuMillis"), added("heapBytes", 1024), added("classes")])
    return table(["methods", "library", "started, ms", "… and each method called once, ms",
                  "CPU time, ms", "CPU time of the starting thread, ms", "heap, KiB", "classes"], rows)


def measured(file, make):
    return make(json.loads(file.read_text())) if file.exists() else "Not in this run."


def main(results, page):
    entries = [entry for file in sorted(results.glob("threads-*.json")) for entry in json.loads(file.read_text())]
    figures = {(figure.name, figure.threads): figure for figure in map(Figure, entries)}
    definitions = json.loads((SOURCES / "cases.json").read_text(encoding="utf-8"))
    cases = [Case(definition, figures) for definition in definitions]
    plots = []
    for case in cases:
        if case.definition.get("shared") and len(case.threads()) > 1:
            file = f"{page.stem}/{case.definition['type']}.svg"
            plot(case, page.parent / file)
            plots.append(f"![{case.title}]({file})")
    parts = {
        "environment": environment(json.loads((results / "run.json").read_text()), entries),
        "summary": summary(cases),
        "cases": "\n\n".join(filter(None, map(details, cases))),
        "threads": "\n\n".join(plots),
        "pending": measured(results / "pending.json", pending),
        "started": measured(results / "started.json", started)}
    text = (SOURCES / "benchmarks.md").read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace("{" + name + "}", part)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
