package io.netrun.resilience.spring.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page puts into words, without a browser. Left out where there is no Node. */
class DashboardWordsTests {

    private static final Path NODE = Path.of("/usr/bin/node");
    /** The moment of the answers: 10:35:00. */
    private static final String NOW = "Date.parse('2026-11-29T10:35:00.500Z')";

    private static final String DOWN = """
            {"time": "2026-11-29T10:34:28.450Z", "thrown": "ServiceUnavailable: 503 Service Unavailable: \\"{\\"error\\":\\"payments is down\\"}\\"", "reason": null}""";
    private static final String FULL = """
            {"kind": "full", "pattern": "bulkhead", "text": "bulkhead full (2 of 2)", "since": "2026-11-29T10:33:40.900Z"}""";
    private static final String FLOOD = problem("reports", FULL, """
            "change": "flood", "attemptMillis": 32, "before": {"calls": 0.4, "attemptMillis": 31}""");
    private static final String SLOW = problem("reports", FULL, """
            "change": "slow", "attemptMillis": 3002, "before": {"calls": 1.4, "attemptMillis": 1001}""");
    private static final String FAILING = problem("payments", """
            {"kind": "failing", "pattern": "circuit-breaker", "text": "calls fail", "since": "2026-11-29T10:33:37.100Z", "lastFailure": %s}""".formatted(DOWN), "");
    private static final String OPEN = problem("payments", """
            {"kind": "open", "pattern": "circuit-breaker", "text": "circuit open: calls are rejected", "since": "2026-11-29T10:34:49Z",
             "reason": "the failure count reached 5", "lastFailure": %s}""".formatted(DOWN), "");
    private static final String FLAPPING = problem("payments", """
            {"kind": "flapping", "pattern": "circuit-breaker", "text": "circuit opened 4 times in the last 15 minutes", "opened": 4,
             "since": "2026-11-29T10:33:45Z", "closedSince": "2026-11-29T10:34:43Z", "reason": "the failure count reached 5", "lastFailure": %s}""".formatted(DOWN), "");

    @TempDir
    static Path folder;

    @BeforeAll
    static void copyTheWords() throws Exception {
        assumeTrue(Files.isExecutable(NODE), "There is no /usr/bin/node");
        try (InputStream words = ResilienceDashboard.class.getResourceAsStream("words.js")) {
            Files.write(folder.resolve("words.mjs"), words.readAllBytes());
        }
    }

    // ---- the headline has the cause

    @Test
    void floodAndSlowWorkShouldHaveOtherHeadlines() throws Exception {
        String busy = "\"calls\": 234, \"rejected\": 175";
        assertThat(headline(FLOOD, row("reports", busy)))
                .startsWith("reports: flooded, 234 calls/s instead of 0.4, for 1 min 20 s");
        assertThat(headline(SLOW, row("reports", "\"calls\": 1.2, \"rejected\": 0.5")))
                .startsWith("reports: 3 times slower, 3.0 s instead of 1.0 s, for 1 min 20 s");
    }

    @Test
    void failingCallsShouldHaveTheAnswerInTheHeadline() throws Exception {
        assertThat(headline(FAILING, row("payments", "\"calls\": 19, \"failed\": 12.5")))
                .startsWith("payments: answers 503, for 1 min 23 s");
        assertThat(headline(
                        FAILING.replace("ServiceUnavailable: 503 Service Unavailable", "IOException: broken pipe"),
                        row("payments", "\"calls\": 19, \"failed\": 12.5")))
                .startsWith("payments: fails with IOException, for");
        assertThat(headline(OPEN, row("payments", "\"calls\": 3, \"rejected\": 3")))
                .startsWith("payments: answers 503, circuit open, for 11 s");
    }

    @Test
    void flappingCircuitShouldBeginWithTheBadNews() throws Exception {
        assertThat(headline(FLAPPING, row("payments", "\"calls\": 2.3")))
                .startsWith("payments: unstable, circuit opened 4 times in 1 min 15 s, quiet for 17 s");
    }

    @Test
    void cardShouldSayTheEffect() throws Exception {
        assertThat(effect(FLOOD, row("reports", "\"calls\": 234, \"rejected\": 175")))
                .isEqualTo("1 of 4 calls goes through, the others are rejected: bulkhead full (2 of 2)");
        assertThat(effect(FAILING, row("payments", "\"calls\": 18.6, \"failed\": 12.2")))
                .isEqualTo("1 of 3 calls goes through, the others fail");
        assertThat(effect(FAILING, row("payments", "\"calls\": 20, \"failed\": 3")))
                .isEqualTo("15 % of calls fail");
        assertThat(effect(OPEN, row("payments", "\"calls\": 2.8, \"failed\": 0.6, \"rejected\": 2.2")))
                .isEqualTo("No call succeeds: circuit open");
        assertThat(effect(FLAPPING, row("payments", "\"calls\": 2.3"))).isEqualTo("No call fails now: circuit closed");
    }

    private static String headline(String problem, String row) throws Exception {
        return run("words.headline({head: {names: 1}, problems: [" + problem + "], names: [" + row + "]}, " + NOW
                + ").text");
    }

    private static String effect(String problem, String row) throws Exception {
        return run("words.effect(" + problem + ", " + row + ")");
    }

    private static String problem(String name, String causes, String more) {
        return """
                {"name": "%s", "level": "rejecting", "causes": [%s], "users": ["io.shop.Client.call(String)"]%s}""".formatted(name, causes, more.isEmpty() ? "" : ", " + more);
    }

    private static String row(String name, String more) {
        return """
                {"name": "%s", "cells": {"bulkhead": {"maxConcurrent": 2}}, %s}""".formatted(name, more);
    }

    /** The value of an expression over the functions of words.js; objects as JSON. */
    private static String run(String expression) throws Exception {
        Path script = folder.resolve("run.mjs");
        Files.writeString(
                script,
                "import * as words from './words.mjs';\nconst value = " + expression
                        + ";\nconsole.log(typeof value === 'string' ? value : JSON.stringify(value));\n");
        Process node = new ProcessBuilder(NODE.toString(), script.toString())
                .redirectErrorStream(true)
                .start();
        String printed = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(node.exitValue()).as(printed).isZero();
        return printed.strip().replaceAll("[\\u00a0\\u202f]", " ");
    }
}
