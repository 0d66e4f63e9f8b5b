#!/usr/bin/env python3
"""Measures a web application over real HTTP with wrk: over_http.py RESULTS-FILE ROUNDS SECONDS.

The arguments are the file, how often each application is measured, and for how long, after three times as long to warm up.
Each application is a JVM of its own, and they take turns, so that a slow minute of the machine meets them all.
Needs wrk. JAVA_HOME chooses the JDK; virtual threads are measured from JDK 21 on.
"""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HOME = pathlib.Path(__file__).resolve().parent
JAVA = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
APPLICATIONS = {"none": "http", "netrun": "http", "resilience4j": "http",
                "none, Spring Boot 4": "http-spring-7", "spring7": "http-spring-7"}
CONNECTIONS = 16
TICKS = os.sysconf("SC_CLK_TCK")
PERCENTILES = """
done = function(summary, latency, requests)
  print(string.format("percentiles %d %d %d", latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
  print(string.format("totals %d %d %d", summary.requests, summary.duration,
      summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout))
end
"""


def java_version():
    text = subprocess.run([JAVA, "-version"], capture_output=True, text=True, check=True).stderr
    return int(re.search(r'version "(\d+)', text).group(1))


def kinds():
    """The kinds of server: title, type of web application, path, Spring properties."""
    tomcat = ["--server.tomcat.max-keep-alive-requests=-1"]
    all_kinds = [("Tomcat", "servlet", "answers", tomcat),
                 ("Tomcat, virtual threads", "servlet", "answers", [*tomcat, "--spring.threads.virtual.enabled=true"]),
                 ("WebFlux", "reactive", "later", [])]
    return [kind for kind in all_kinds if "virtual" not in kind[0] or java_version() >= 21]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def get(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def wait_for(url, process):
    for _ in range(600):
        try:
            return get(url)
        except OSError:
            if process.poll() is not None:
                raise RuntimeError(f"the application ended with {process.returncode}")
            time.sleep(0.1)
    raise RuntimeError("the application did not start within a minute")


def load(url, seconds, script):
    output = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", script, url],
                            capture_output=True, text=True, check=True).stdout
    micros = [int(value) for value in re.search(r"percentiles (\d+) (\d+) (\d+)", output).groups()]
    requests, duration, errors = [int(value) for value in re.search(r"totals (\d+) (\d+) (\d+)", output).groups()]
    # A connection now and then, above all while the server is cold; more would measure something else.
    if errors > requests / 10_000:
        raise RuntimeError(f"{errors} of {requests} requests failed")
    return requests - errors, requests / (duration / 1e6), micros


def measure(library, kind, seconds, script):
    title, web, path, properties = kind
    port = free_port()
    jar = HOME / APPLICATIONS[library] / "target/application.jar"
    command = [JAVA, "-Xms512m", "-Xmx512m", "-jar", str(jar), library.split(",")[0], web, f"--server.port={port}", *properties]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        base = f"http://127.0.0.1:{port}"
        wait_for(f"{base}/{path}/warm", process)
        warm, _, _ = load(f"{base}/{path}/warm", 3 * seconds, script)
        before = cpu_seconds(process.pid)
        requests, rate, (p50, p99, p999) = load(f"{base}/{path}/measured", seconds, script)
        cpu = cpu_seconds(process.pid) - before
        counted = int(get(f"{base}/counted"))
        if counted < requests + warm:
            raise RuntimeError(f"{library} saw {counted} of {requests + warm} calls")
    finally:
        process.terminate()
        process.wait(30)
    return {"library": library, "server": title, "perSecond": rate, "cpuMicros": cpu / requests * 1e6,
            "p50": p50, "p99": p99, "p999": p999}


def main(file, rounds, seconds):
    results = []
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(PERCENTILES)
        script.flush()
        for number in range(rounds):
            for kind in kinds():
                for library in APPLICATIONS:
                    result = {"round": number, "jdk": java_version(), **measure(library, kind, seconds, script.name)}
                    print(json.dumps(result), flush=True)
                    results.append(result)
    pathlib.Path(file).write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
