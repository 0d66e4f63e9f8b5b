package io.netrun.resilience.spring.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the page puts into words, without a browser. Left out where there is no Node, unless the environment's
 * NODE_TESTS is "required".
 */
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
    private static final String OPEN_CAUSE = """
            {"kind": "open", "pattern": "circuit-breaker", "text": "circuit open: calls are rejected", "since": "2026-11-29T10:34:49Z",
             "reason": "the failure count reached 5", "lastFailure": %s}""".formatted(DOWN);
    private static final String OPEN = problem("payments", OPEN_CAUSE, "");
    private static final String FLAPPING = problem("payments", """
            {"kind": "flapping", "pattern": "circuit-breaker", "text": "circuit opened 4 times in the last 15 minutes", "opened": 4, "flappingFrom": 3,
             "since": "2026-11-29T10:33:45Z", "lastOpened": "2026-11-29T10:34:30Z", "lostShare": 0.38, "until": "2026-11-29T10:49:05Z", "closedSince": "2026-11-29T10:34:43Z", "reason": "the failure count reached 5", "lastFailure": %s}""".formatted(DOWN), "");

    @TempDir
    static Path folder;

    @BeforeAll
    static void copyTheWords() throws Exception {
        boolean present = Files.isExecutable(NODE);
        if ("required".equals(System.getenv("NODE_TESTS"))) {
            assertThat(present).as("Node as /usr/bin/node").isTrue();
        }
        assumeTrue(present, "There is no /usr/bin/node");
        try (InputStream words = ResilienceDashboard.class.getResourceAsStream("words.js")) {
            Files.write(folder.resolve("words.mjs"), words.readAllBytes());
        }
    }

    // ---- the headline has the cause

    @Test
    void floodAndSlowWorkShouldHaveOtherHeadlines() throws Exception {
        String busy = "\"calls\": 234, \"rejected\": 175";
        assertThat(headline(FLOOD, row("reports", busy)))
                .startsWith(
                        "reports: flooded for 1 min 20 s, 234 calls/s instead of 0.4; bulkhead full, 75 % rejected now");
        assertThat(headline(SLOW, row("reports", "\"calls\": 1.2, \"rejected\": 0.5")))
                .startsWith("reports: slow for 1 min 20 s, 3.0 s instead of 1.0 s; bulkhead full, 42 % rejected now");
    }

    @Test
    void failingCallsShouldHaveTheAnswerInTheHeadline() throws Exception {
        assertThat(headline(FAILING, row("payments", "\"calls\": 19, \"failed\": 12.5")))
                .startsWith("payments: answers 503 for 1 min 23 s; 66 % fail now");
        assertThat(headline(
                        FAILING.replace("ServiceUnavailable: 503 Service Unavailable", "IOException: broken pipe"),
                        row("payments", "\"calls\": 19, \"failed\": 12.5")))
                .startsWith("payments: fails with IOException for 1 min 23 s; 66 % fail now");
        assertThat(headline(OPEN, row("payments", "\"calls\": 3, \"rejected\": 3")))
                .startsWith("payments: answers 503, circuit open for 11 s");
    }

    @Test
    void flappingCircuitShouldBeOnAndOffAndSaySinceWhenNoCallFails() throws Exception {
        assertThat(headline(FLAPPING, row("payments", "\"calls\": 2.3")))
                .matches("payments: on and off from \\d+:33:45 to \\d+:34:43, opened 4 times"
                        + " \\(503 “payments is down”\\); no failure for 32 s");
        assertThat(headline(FLAPPING, row("payments", "\"calls\": 2.3, \"failed\": 0.1")))
                .matches("payments: on and off since \\d+:33:45, opened 4 times \\(503 “payments is down”\\)");
        assertThat(headline(
                        FLAPPING.replace("payments is down", "the payments are down for as long as it takes to mend"),
                        row("payments", "\"calls\": 2.3")))
                .as("a long message is cut")
                .contains(" (503 “the payments are down for as long as it…”); ");
        assertThat(because(FLAPPING, row("payments", "\"calls\": 2.3")))
                .as("it paused as well before")
                .contains("It may come back: calls passed between the openings, too");
        assertThat(because(
                        FLAPPING.replace(
                                "\"closedSince\": \"2026-11-29T10:34:43Z\"",
                                "\"closedSince\": \"2026-11-29T10:24:43Z\""),
                        row("payments", "\"calls\": 2.3")))
                .doesNotContain("may come back");
    }

    @Test
    void laterFailureShouldNotBeTheCauseOfTheOpenings() throws Exception {
        String later = FLAPPING.replace("\"closedSince\": \"2026-11-29T10:34:43Z\"", """
                        "closedSince": "2026-11-29T10:31:43Z", "laterFailure": {"time": "2026-11-29T10:34:36Z", "reason": "given up by Timeout 'payments'"}""")
                .replace("10:34:28.450Z", "10:31:28.450Z")
                .replace("10:33:45Z", "10:30:45Z")
                .replace("\"causes\"", "\"fallback\": false, \"lostCalls\": 31, \"lostLater\": 1, \"causes\"");
        String row = row("payments", "\"calls\": 2.3");
        assertThat(headline(later, row))
                .matches(
                        "payments: on and off from \\d+:30:45 to \\d+:31:43, opened 4 times"
                                + " \\(503 “payments is down”\\); failed again 24 s ago \\(“given up by Timeout 'payments'”\\)");
        assertThat(headline(later.replace("10:34:36Z", "10:34:56Z"), row))
                .as("a moment ago")
                .matches(".* to \\d+:31:43, .*; calls fail again \\(“given up by Timeout 'payments'”\\)");
        assertThat(headline(
                        FLAPPING.replace(
                                "\"closedSince\"",
                                "\"laterFailure\": " + DOWN.replace("34:28", "34:56") + ", \"closedSince\""),
                        row))
                .as("soon after it closed")
                .matches("payments: on and off since \\d+:33:45, opened 4 times \\(503 “payments is down”\\)");
        assertThat(headline(
                        FLAPPING.replace(
                                "\"lastFailure\": " + DOWN, "\"laterFailure\": " + DOWN.replace("34:28", "34:56")),
                        row))
                .as("of which no earlier failure is kept")
                .matches("payments: on and off since \\d+:33:45, opened 4 times \\(503 “payments is down”\\)");
        assertThat(effect(later, row))
                .matches(".*: no call fails now; 31 got an error \\(no fallback\\) until \\d+:31:43, 38 % of the calls;"
                        + " 1 since then");
        assertThat(because(later, row))
                .contains("Failed again at 10:34:36, after it had closed: “given up by Timeout 'payments'”")
                .contains("Last failure of these openings 10:31:28: 503");
    }

    @Test
    void circuitThatHasJustClosedShouldNotBeSaidToServe() throws Exception {
        String row = row("payments", "\"calls\": 2.3, \"seconds\": 0");
        assertThat(effect(FLAPPING, row))
                .isEqualTo("Callers of Client.call: whether calls fail since it closed is not known yet; 38 % of the"
                        + " calls failed or were rejected until 10:34:43");
        assertThat(run("words.nowWords(" + FLAPPING + ", " + row + ")")).isEqualTo("[\"on and off\",\"worse\"]");
    }

    @Test
    void bulkheadThatHasFreePermitsShouldBeFullAtTimes() throws Exception {
        String seldom = SLOW.replace("bulkhead full (2 of 2)", "bulkhead full at times (1 of 2 used now)");
        String row = row("reports", "\"calls\": 1.2, \"rejected\": 0.5");
        assertThat(headline(seldom, row)).contains("; bulkhead full at times, 42 % rejected now");
        assertThat(headline(seldom.replace("slow", ""), row))
                .startsWith("reports: bulkhead full at times (1 of 2 used now) for 1 min 20 s, 42 % rejected now");
    }

    @Test
    void cardShouldHaveTheHeadingOfTheHeadline() throws Exception {
        assertThat(heading(FLOOD, row("reports", "\"calls\": 234, \"rejected\": 175")))
                .as("the number of the headline")
                .isEqualTo("Flooded, 234 calls/s instead of 0.4; bulkhead full, 75 % rejected now");
        assertThat(heading(FAILING, row("payments", "\"calls\": 18.6, \"failed\": 12.2")))
                .isEqualTo("Answers 503; 66 % fail now");
        assertThat(heading(OPEN, row("payments", "\"calls\": 2.8, \"failed\": 0.6, \"rejected\": 2.2")))
                .isEqualTo("Answers 503, circuit open");
    }

    // ---- the effect

    @Test
    void effectShouldHaveWhoseCallsAreLostAndHowMany() throws Exception {
        String open = OPEN.replace("\"causes\"", "\"fallback\": false, \"lostCalls\": 74, \"causes\"");
        String row = row("payments", "\"calls\": 2.8, \"failed\": 0.6, \"rejected\": 2.2");
        assertThat(effect(open, row))
                .isEqualTo(
                        "Callers of Client.call: no call succeeds, 2.8 calls/s get an error (no fallback), 74 so far");
        assertThat(effect(
                        open.replace("10:34:49Z", "09:34:49Z")
                                .replace(
                                        "\"causes\"",
                                        "\"moreUsers\": 3, \"lostFrom\": \"2026-11-29T10:20:00Z\", \"causes\""),
                        row))
                .as("what is older is not known")
                .isEqualTo(
                        "Callers of Client.call, and 3 more: no call succeeds, 2.8 calls/s get an error (no fallback),"
                                + " 74 in the last 15 min");
        assertThat(effect(open.replace("false", "true"), row)).contains("2.8 calls/s reach the fallback, 74 so far");
        assertThat(effect(OPEN, row)).as("some methods have one").contains("2.8 calls/s fail or are rejected");
        assertThat(effect(open, """
                        {"name": "payments", "cells": {"circuit-breaker": {"failed": 0.5}}, "calls": 2, "seconds": 0}"""))
                .as("just opened: the failures of before are no rate of its rejections")
                .isEqualTo("Callers of Client.call: no call succeeds, 2 calls/s get an error (no fallback), 74 so far");
        assertThat(effect(FAILING, row("payments", "\"calls\": 20, \"failed\": 3")))
                .endsWith(": 3 calls/s fail or are rejected");
        assertThat(effect(FLAPPING, row("payments", "\"calls\": 20, \"failed\": 3")))
                .endsWith(": 3 calls/s fail or are rejected");
        assertThat(effect(
                        FLAPPING.replace("\"causes\"", "\"fallback\": false, \"lostCalls\": 31, \"causes\""),
                        row("payments", "\"calls\": 2.3")))
                .as("it is over")
                .matches(
                        "Callers of Client.call: no call fails now; 31 got an error \\(no fallback\\) until \\d+:34:43,"
                                + " 38 % of the calls");
        assertThat(effect(FLAPPING, row("payments", "\"calls\": 2.3")))
                .matches(".*no call fails now; 38 % of the calls failed or were rejected until \\d+:34:43");
    }

    /** A circuit counts each attempt, and callers only get the last one. */
    @Test
    void repeatedFailureShouldBeNoLostCall() throws Exception {
        assertThat(effect(FAILING, """
                        {"name": "payments", "calls": 19, "failed": 12.5, "cells": {"circuit-breaker": {"failed": 12.5}, "retry": {"calls": 8.5, "failed": 4}}}""")).endsWith(": 4 calls/s fail or are rejected");
    }

    @Test
    void sinceShouldSayWhatLasts() throws Exception {
        String head = ", {sampled: '2026-11-29T10:34:55Z', sampleSeconds: 5, samples: 180}, " + NOW + ")";
        String row =
                "{lane: '170-6c3w1o', states: [['c', 10000], ['o', 6000]], cells: {'circuit-breaker': {state: 'open'}}}";
        assertThat(run("words.sinceWords(" + OPEN + ", " + row + head))
                .matches("failing since about \\d+:34:35, open since \\d+:34:49, for 11 s");
        assertThat(run("words.sinceWords(" + FAILING + ", {}" + head))
                .matches("failing since about \\d+:33:37, for 1 min 23 s");
        assertThat(run("words.sinceWords(" + SLOW + ", {}" + head))
                .as("what is slow may have begun before")
                .matches("rejecting since about \\d+:33:40, for 1 min 20 s");
        assertThat(run("words.sinceWords(" + SLOW.replace("\"since\"", "\"periods\": 3, \"since\"") + ", {}" + head))
                .matches("rejecting on and off since about \\d+:33:40, 3 times");
        assertThat(run("words.sinceWords(" + FLAPPING + ", {}" + head))
                .matches("closed again since \\d+:34:43, for 17 s");
        assertThat(run("words.sinceWords(" + OPEN.replace("11-29T10:34:49", "11-27T10:34:49") + ", {}" + head))
                .as("of another day")
                .matches("open since 2026-11-27 \\d+:34:49, for 2 d");
    }

    @Test
    void nowShouldHaveWhatMostCallsSufferFrom() throws Exception {
        assertThat(now(OPEN, "{calls: 2.6, failed: 0.1, rejected: 2.5}")).isEqualTo("[\"96 % rejected\",\"worst\"]");
        assertThat(now(FAILING, "{calls: 20, failed: 13, rejected: 1}")).isEqualTo("[\"65 % failing\",\"worst\"]");
        assertThat(now("undefined", "{calls: 20, failed: 1}")).isEqualTo("[\"5 % failing\",\"worse\"]");
        assertThat(now(FLAPPING, "{calls: 2.3}")).isEqualTo("[\"on and off\",\"worse\"]");
        assertThat(now("undefined", "{calls: 2.3}")).isEqualTo("[\"2.3/s\",\"\"]");
        assertThat(now("undefined", "{}")).isEqualTo("[\"–\",\"off\"]");
    }

    private static String now(String problem, String row) throws Exception {
        return run("words.nowWords(" + problem + ", " + row + ")");
    }

    // ---- odd figures

    /** Whatever is missing, or is no number, nothing of it is on the page. */
    @Test
    void missingFiguresShouldBeLeftOut() throws Exception {
        String problems = String.join(
                ",",
                FLOOD,
                SLOW,
                FAILING.replace(
                        "\"since\"",
                        "\"opensAt\": \"1000 more failures than successes\", \"failureThreshold\": 1000, \"failureCount\": 530, \"since\""),
                OPEN.replace(
                        "\"causes\"",
                        "\"fallback\": false, \"lostCalls\": 74, \"lostFrom\": \"2026-11-29T10:34:40Z\", \"causes\""),
                FLAPPING,
                problem(
                        "mail",
                        "{\"kind\": \"forced-open\", \"pattern\": \"circuit-breaker\", \"text\": \"circuit forced open\", \"since\": \"2026-11-29T10:33:39Z\", \"by\": \"alice\"}",
                        "\"before\": {\"calls\": 3}, \"beforeEntry\": {\"seconds\": 60, \"calls\": 40, \"failed\": 2, \"knownSeconds\": 600}"),
                problem(
                        "mail",
                        "{\"kind\": \"denied\", \"pattern\": \"retry\", \"text\": \"retries denied\", \"since\": \"2026-11-29T10:33:39Z\", \"rate\": 2}",
                        ""),
                problem(
                        "mail",
                        "{\"kind\": \"limited\", \"pattern\": \"rate-limiter\", \"text\": \"rate limit exceeded: 5 calls per PT1S\", \"since\": \"2026-11-29T10:33:39Z\"}",
                        ""));
        assertThat(run("""
                        (() => {
                          const head = {names: 1, sampled: '2026-11-29T10:34:55Z', sampleSeconds: 5, samples: 180}, texts = [];
                          const full = {name: 'mail', calls: 20, failed: 9, rejected: 3, seconds: 5, lane: '150-20c5w5o', states: [['c', 30000], ['o', 11000]], attempts: [3, 30, 20],
                            cells: {'circuit-breaker': {state: 'open', failed: 9}, bulkhead: {maxConcurrent: 2, maxQueue: 2, waiting: 1}, retry: {calls: 2}}};
                          /** All that lack one value, or have an odd one. */
                          const without = value => typeof value !== 'object' || value === null ? [] : Object.keys(value).flatMap(key => ['name', 'kind', 'pattern', 'text', 'causes', 'cells', 'level', 'time'].includes(key) && typeof value[key] !== 'object' ? [] : [
                            ...Array.isArray(value) || key === 'causes' || key === 'cells' ? [] : [Object.fromEntries(Object.entries(value).filter(([each]) => each !== key))],
                            ...typeof value[key] === 'number' && !Array.isArray(value) ? [{...value, [key]: 0}] : [],
                            ...without(value[key]).map(made => Array.isArray(value) ? value.map((each, at) => String(at) === key ? made : each) : {...value, [key]: made})]);
                          for (const problem of [PROBLEMS]) {
                            for (const [made, row] of [[problem, full], [problem, {}], [problem, {cells: {}}], ...without(problem).map(made => [made, full]), ...without(full).map(row => [problem, row])]) {
                              const names = [{...row, name: 'other', cells: row.cells ?? {}, slower: {attemptMillis: 3, before: 2}}];
                              texts.push(words.headline({head, problems: [made], names: [{...row, name: made.name, cells: row.cells ?? {}}]}, NOW).text, words.heading(made, row, NOW, head), words.sinceWords(made, row, head, NOW), words.effect(made, row, NOW),
                                words.figures(made, row, NOW), ...words.advice(made, row, NOW, {names}), ...words.because(made, row, NOW, {names, changes: [], head}).map(({text}) => text), words.nowWords(made, row)[0]);
                            }
                          }
                          return JSON.stringify([texts.length > 1_000, [...new Set(texts.filter(text => typeof text !== 'string' || /NaN|undefined|null|Infinity|Invalid|  /.test(text)))]]);
                        })()""".replace("PROBLEMS", problems).replace("NOW", NOW))).isEqualTo("[true,[]]");
    }

    /** A share is that of the last ten seconds, and stands beside no duration. */
    @Test
    void shareShouldNotBeReadAsThatOfTheWholeTime() throws Exception {
        for (String text : List.of(
                headline(FLOOD, row("reports", "\"calls\": 234, \"rejected\": 175")),
                headline(SLOW, row("reports", "\"calls\": 1.2, \"rejected\": 0.5")),
                headline(FAILING, row("payments", "\"calls\": 19, \"failed\": 12.5")))) {
            assertThat(text).containsPattern("\\d % \\w+ now").doesNotContainPattern("%[^;]* for \\d");
        }
    }

    // ---- nothing that contradicts

    @Test
    void periodWithPausesShouldNotBeSaidToLast() throws Exception {
        String paused = SLOW.replace("\"since\"", "\"periods\": 3, \"since\"");
        assertThat(headline(paused, row("reports", "\"calls\": 1.2, \"rejected\": 0.5")))
                .containsPattern(
                        "slow on and off since about \\d+:33:40, 3.0 s instead of 1.0 s; bulkhead full, 42 % rejected now")
                .doesNotContain(" for ");
    }

    @Test
    void slowNeighbourShouldNotBeFine() throws Exception {
        String names = row("reports", "\"calls\": 1.2, \"rejected\": 0.5") + ", "
                + row("database", "\"calls\": 9, \"slower\": {\"attemptMillis\": 201, \"before\": 12}") + ", "
                + row("mail", "\"calls\": 2") + ", "
                + row("settlement", "\"level\": \"no-calls\", \"lane\": \"150c30n\"");
        assertThat(headlineOf("head: {names: 4}, problems: [" + SLOW + "], names: [" + names + "]"))
                .as("of this name only")
                .endsWith(" rejected now. database is slower too; 1 other is healthy; settlement has no calls");
        assertThat(because(SLOW, row("reports", "\"calls\": 1.2, \"rejected\": 0.5"), "names: [" + names + "]"))
                .contains("\"database is slower too: 201 ms instead of 12 ms\"");
    }

    @Test
    void slowNameShouldNotBeCalledHealthy() throws Exception {
        String slow = row(
                "rates",
                "\"calls\": 2, \"slower\": {\"attemptMillis\": 2000, \"before\": 67, \"since\":"
                        + " \"2026-11-29T10:34:00Z\"}");
        String fine = row("mail", "\"calls\": 2");
        String words = "rates is slower than before for 1 min, 2.0 s instead of 67 ms; 1 other is healthy";
        assertThat(headlineOf("head: {names: 2}, problems: [], names: [" + slow + ", " + fine + "]"))
                .startsWith(words);
        assertThat(headlineOf("head: {names: 3}, problems: [" + OPEN + "], names: [" + row("payments", "\"calls\": 2")
                        + ", " + slow + ", " + fine + "]"))
                .as("beside one that fails")
                .endsWith(". " + words);
        assertThat(run("words.headline({head: {names: 3}, problems: [" + OPEN + "], names: ["
                        + row("payments", "\"calls\": 2") + ", " + slow + ", " + fine + "]}, " + NOW + ").slower"))
                .as("alone, where the others are in sight")
                .isEqualTo("rates is slower than before for 1 min, 2.0 s instead of 67 ms");
        String late = OPEN.replace(
                "\"causes\"",
                "\"change\": \"slow\", \"attemptMillis\": 60, \"before\": {\"attemptMillis\": 36}, \"causes\"");
        assertThat(headlineOf("head: {names: 3}, problems: [" + late + "], names: [" + row("payments", "\"calls\": 2")
                        + ", " + slow + ", " + fine + "]"))
                .as("whose calls also take a little longer, which is no cause")
                .endsWith(". " + words);
        assertThat(run("words.levelOf(" + slow + ")")).isEqualTo("slower");
        assertThat(run("words.headline({head: {names: 1}, problems: [], names: [" + slow + "]}, " + NOW + ").level"))
                .isEqualTo("slower");
        assertThat(run("words.nowWords(undefined, " + slow + ")")).isEqualTo("[\"slower\",\"worse\"]");
    }

    @Test
    void slowestOfSeveralNamesShouldHaveItsTimes() throws Exception {
        String rates = slow("rates", 500, 20, "10:34:00Z");
        String bikes = slow("bikes", 1_500, 35, "08:24:40Z");
        String two = rates + ", " + bikes;
        assertThat(headlineOf(
                        "head: {names: 3}, problems: [], names: [" + two + ", " + row("mail", "\"calls\": 2") + "]"))
                .isEqualTo("bikes (1.5 s instead of 35 ms, for 2 h 10 min) and rates are slower than before;"
                        + " 1 other is healthy");
        assertThat(headlineOf("head: {names: 3}, problems: [], names: [" + two + ", "
                        + slow("mail", 90, 20, "10:34:00Z") + "]"))
                .isEqualTo("3 are slower than before: bikes (1.5 s instead of 35 ms, for 2 h 10 min), rates, …");
        assertThat(run("words.slowWords(" + bikes + ", " + NOW + ")"))
                .as("beside the title of the panel")
                .matches("slower than before since about \\d+:24:40, for 2 h 10 min, 1.5 s instead of 35 ms");
    }

    private static String slow(String name, int millis, int before, String since) {
        return row(
                name,
                "\"calls\": 2, \"slower\": {\"attemptMillis\": %d, \"before\": %d, \"since\": \"2026-11-29T%s\"}"
                        .formatted(millis, before, since));
    }

    @Test
    void whatBeganFirstShouldBeSeenToHaveBegunFirst() throws Exception {
        String slow = slow("bikes", 1_800, 33, "10:33:35Z");
        String rows = row("reports", "\"calls\": 234, \"rejected\": 175") + ", " + slow;
        assertThat(headlineOf("head: {names: 2}, problems: [" + FLOOD + "], names: [" + rows + "]"))
                .as("of what is slow beside a problem")
                .startsWith("reports: flooded for 1 min 20 s, ")
                .endsWith(". bikes is slower than before for 1 min 25 s, 1.8 s instead of 33 ms");
        assertThat(run("words.slowWords(" + slow + ", " + NOW + ")"))
                .as("as in the head")
                .contains(", for 1 min 25 s, ");
        String old = FAILING.replace("\"2026-11-29T10:33:37.100Z\"", "\"2026-11-29T09:54:59.100Z\", \"earlier\": true");
        assertThat(headline(old, row("payments", "\"calls\": 8, \"failed\": 7")))
                .as("at least for so long")
                .startsWith("payments: answers 503 for more than 40 min 1 s; ");
        assertThat(because(
                        SLOW,
                        row("reports", "\"calls\": 1.2, \"rejected\": 0.5"),
                        "names: [" + slow("database", 201, 12, "10:33:30Z") + "]"))
                .as("beside slow work")
                .containsPattern("\"database is slower too since about \\d+:33:30: 201 ms instead of 12 ms\"");
    }

    @Test
    void longFailureBeforeTheOpeningShouldBeInTheHead() throws Exception {
        String row = "{name: 'payments', lane: '170-%s', states: [['c', 10000], ['o', 6000]],"
                + " cells: {'circuit-breaker': {state: 'open'}}}";
        String head = "head: {names: 1, sampled: '2026-11-29T10:34:55Z', sampleSeconds: 5, samples: 180}, problems: ["
                + OPEN + "], names: [";
        assertThat(headlineOf(head + row.formatted("4c5w1o") + "]"))
                .startsWith("payments: answers 503 for 35 s, circuit open for 11 s");
        assertThat(headlineOf(head + row.formatted("8c1w1o") + "]"))
                .as("samples do not know seconds exactly")
                .startsWith("payments: answers 503, circuit open for 11 s");
    }

    @Test
    void beginningKnownToASampleShouldBeAbout() throws Exception {
        for (String kind : List.of("full", "limited", "failing", "timing-out", "exhausted", "denied", "waiting")) {
            assertThat(since(kind)).as(kind).containsPattern(" since about \\d+:33:40");
        }
        for (String kind : List.of("open", "half-open", "forced-open", "disabled", "off")) {
            assertThat(since(kind)).as(kind).containsPattern(" since \\d+:33:40");
        }
        String row = "{name: 'payments', lane: '160-3c3w14c', states: [['c', 90000], ['o', 75000], ['c', 17000]],"
                + " cells: {'circuit-breaker': {state: 'closed'}}}";
        assertThat(headlineOf("head: {names: 1, sampled: '2026-11-29T10:35:00Z', sampleSeconds: 5, samples: 180},"
                        + " problems: [" + FLAPPING + "], names: [" + row + "]"))
                .as("with the failures before the first opening")
                .matches("payments: on and off from about \\d+:33:35 to \\d+:34:43, .*");
    }

    private static String since(String kind) throws Exception {
        return run("words.sinceWords(" + FLOOD.replace("\"full\"", '"' + kind + '"') + ", {}, {}, " + NOW + ")");
    }

    @Test
    void slowTimeShouldHaveItsOwnPieceOfTheLane() throws Exception {
        String row = "lane: '100-40c30s5c5s', slower: {since: '2026-11-29T10:34:30Z'}";
        assertThat(drawn(row, "state: 'closed'")).contains("[\"c\",40],[\"s\",30],[\"c\",5],[\"s\",6");
        assertThat(drawn("lane: '100-40c30s10c'", "state: 'closed'")).doesNotContain("[\"s\",1");
        assertThat(healthy(1, row("mail", "\"calls\": 2, \"lane\": \"100-40c30s10c\"")))
                .isEqualTo("The only name is healthy now (1 was slower earlier)");
    }

    @Test
    void slowerNeighboursShouldBeNamed() throws Exception {
        String slower = "\"calls\": 2, \"slower\": {\"attemptMillis\": 90, \"before\": 30}";
        String two = row("reports", "\"calls\": 1.2, \"rejected\": 0.5") + ", " + row("mail", slower) + ", "
                + row("stock", slower);
        assertThat(headlineOf("head: {names: 3}, problems: [" + SLOW + "], names: [" + two + "]"))
                .endsWith(". mail and stock are slower too");
        assertThat(headlineOf("head: {names: 4}, problems: [" + SLOW + "], names: [" + two + ", " + row("bikes", slower)
                        + "]"))
                .endsWith(". 3 others are slower too (mail, stock, …)");
    }

    @Test
    void neighbourThatBecameSlowFirstShouldComeFirst() throws Exception {
        String names = row("reports", "\"calls\": 1.2, \"rejected\": 0.5") + ", " + slow("bikes", 900, 25, "10:33:45Z")
                + ", " + slow("rates", 600, 25, "10:30:35Z");
        String body = "problems: [" + SLOW + "], names: [" + names;
        assertThat(headlineOf("head: {names: 3}, " + body + "]"))
                .endsWith(". rates for 4 min 25 s and bikes for 1 min 15 s are slower too");
        assertThat(headlineOf("head: {names: 4}, " + body + ", " + slow("mail", 1_900, 25, "10:34:30Z") + "]"))
                .endsWith(". 3 others are slower too (rates for 4 min 25 s, bikes for 1 min 15 s, …)");
        assertThat(headlineOf("head: {names: 2}, problems: [" + SLOW + "], names: ["
                        + row("reports", "\"calls\": 1.2, \"rejected\": 0.5") + ", "
                        + slow("rates", 600, 25, "10:30:35Z") + "]"))
                .endsWith(". rates is slower too, for 4 min 25 s");
        assertThat(because(SLOW, row("reports", "\"calls\": 1.2, \"rejected\": 0.5"), "names: [" + names + "]"))
                .containsPattern("rates is slower too since about \\d+:30:35: .*bikes is slower too since");
    }

    @Test
    void problemThatIsNotSlowShouldHaveNoSlowerNeighbours() throws Exception {
        String names = row("database", "\"calls\": 9, \"slower\": {\"attemptMillis\": 201, \"before\": 12}");
        String open = OPEN.replace(
                "\"causes\"",
                "\"change\": \"slow\", \"attemptMillis\": 51, \"before\": {\"attemptMillis\": 31}, \"causes\"");
        assertThat(because(open, row("payments", "\"calls\": 3, \"rejected\": 3"), "names: [" + names + "]"))
                .doesNotContain("slower too");
    }

    @Test
    void healthyNamesShouldSayThatTheyFailedEarlier() throws Exception {
        String names = row("reports", "\"calls\": 1.2, \"rejected\": 0.5") + ", "
                + row("mail", "\"calls\": 2, \"lane\": \"150-20c1w9c\"") + ", "
                + row("stock", "\"calls\": 2, \"lane\": \"150-30c\"") + ", "
                + row("settlement", "\"level\": \"no-calls\", \"lane\": \"180n\"");
        assertThat(headlineOf("head: {names: 4}, problems: [" + SLOW + "], names: [" + names + "]"))
                .endsWith(". 2 others are healthy now (1 failed earlier); settlement has no calls");
        String rejected = row("settlement", "\"level\": \"no-calls\", \"lane\": \"120-10c20r30n\"");
        String forced = row("bikes", "\"calls\": 2, \"lane\": \"120-10c20f1o29c\"");
        assertThat(headlineOf("head: {names: 5}, problems: [" + SLOW + "], names: ["
                        + names.replaceFirst(", [^,]*settlement.*", "") + ", " + rejected + ", " + forced + "]"))
                .as("an operator's entry is no failure, and what had no calls since may have failed before")
                .endsWith(". 3 others are healthy now (1 failed, 1 was forced open earlier); settlement has no calls"
                        + " (1 rejected calls earlier)");
        assertThat(healthy(1, row("mail", "\"calls\": 2, \"lane\": \"120-30c18f5o1h6c\"")))
                .as("open by itself after it was forced open")
                .isEqualTo("The only name is healthy now (1 failed, 1 was forced open earlier)");
        assertThat(healthy(1, row("mail", "\"calls\": 2, \"lane\": \"120-2w30c18f10c\"")))
                .as("both")
                .isEqualTo("The only name is healthy now (1 failed, 1 was forced open earlier)");
        assertThat(healthy(1, row("mail", "\"calls\": 2, \"lane\": \"150-20c1w9c\"")))
                .as("without a problem, too")
                .isEqualTo("The only name is healthy now (1 failed earlier)");
    }

    @Test
    void sharedMethodShouldNotAccuseTheNeighbour() throws Exception {
        String reports = row("reports", "\"calls\": 1.2, \"rejected\": 0.5");
        String shared = row("database", """
                "calls": 9, "slower": {"attemptMillis": 205, "before": 148, "by": ["Client.call"],
                 "without": {"attemptMillis": 36, "before": 37}, "through": ["retry"]}""").replace("\"bulkhead\"", "\"retry\": {}, \"bulkhead\"");
        assertThat(headlineOf("head: {names: 2}, problems: [" + SLOW + "], names: [" + reports + ", " + shared + "]"))
                .endsWith(". 1 other is healthy");
        assertThat(because(SLOW, reports, "names: [" + shared + "]"))
                .contains(
                        "\"database is no slower than before for its other calls: 36 ms (37 ms before)\"",
                        "\"The bulkhead of database does not limit these calls\"");
        assertThat(because(
                        SLOW,
                        reports,
                        "names: [" + shared.replace("\"slower\"", "\"leftOut\": [\"Client.call\"], \"slower\"") + "]"))
                .as("its figures do not have what the card has")
                .contains("36 ms (37 ms before); its row is without these calls");
        assertThat(run("words.advice(" + SLOW + ", " + reports + ", " + NOW + ", {names: [" + shared + "]})"))
                .contains("Look at what Client.call does: its queries", "would load database more");
        assertThat(because(SLOW, reports, "names: [" + shared.replace("\"before\": 37", "\"before\": 72") + "]"))
                .as("half the time")
                .contains("database is faster than before for its other calls: 36 ms (72 ms before)");
        assertThat(because(SLOW, reports, "names: [" + shared.replace("Client.call", "Other.call") + "]"))
                .as("it shares another one")
                .doesNotContain("database");
    }

    @Test
    void numbersBesideOneAnotherShouldAddUp() throws Exception {
        assertThat(because(FLOOD, row("reports", "\"calls\": 119.2, \"rejected\": 70.4")))
                .as("as counted: 119 arrive, 59 % are rejected")
                .contains(
                        "Many calls: 119/s arrive, about 300 times the 0.4/s before",
                        "the 2 permits let 49/s through; calls take 32 ms (31");
        String denied = FAILING.replace(
                "}]",
                "}, {\"kind\": \"denied\", \"pattern\": \"PATTERN\", \"text\": \"hedges denied\", \"rate\": 7.7}]");
        String row = row("payments", "\"calls\": 13, \"failed\": 8.8");
        String retry = denied.replace("PATTERN", "retry");
        assertThat(because(retry, row.replace("\"bulkhead\"", "\"retry\": {\"calls\": 1.1}, \"bulkhead\"")))
                .contains("Most retries are denied, their budget is used up: 7.7/s denied, 1.1/s made");
        assertThat(because(retry, row)).contains("All retries are denied, their budget is used up: 7.7/s denied; that");
        assertThat(because(denied.replace("PATTERN", "hedge"), row)).contains("\"Hedges denied\"");
    }

    @Test
    void whatCameShouldBeNoCapacity() throws Exception {
        String slow = FLOOD.replace("\"attemptMillis\": 32", "\"attemptMillis\": 1001");
        assertThat(because(slow, row("reports", "\"calls\": 300, \"rejected\": 298")))
                .contains("; the 2 permits let 2/s through; calls take 1.0 s (31 ms before) once admitted");
        for (String over :
                List.of("\"calls\": 95, \"rejected\": 93.6", "\"calls\": 17, \"rejected\": 16.6", "\"calls\": 2")) {
            assertThat(because(slow, row("reports", over)))
                    .as("the flood is over")
                    .contains("; calls take 1.0 s (31 ms before)")
                    .doesNotContain("through", "once admitted");
        }
        assertThat(because(
                        FLOOD.replace("\"attemptMillis\": 32", "\"attemptMillis\": 0.04"),
                        row("reports", "\"calls\": 1228, \"rejected\": 37")))
                .as("quick calls do not occupy the permits")
                .contains("; calls take under 0.1 ms (31 ms before)\"");
        assertThat(because(
                        FLOOD.replace("\"attemptMillis\": 32, ", ""),
                        row("reports", "\"calls\": 300, \"rejected\": 298")))
                .as("not measured")
                .doesNotContain("through");
    }

    @Test
    void shortestTimeShouldNotBeNothing() throws Exception {
        assertThat(run("[0, 0.04, 0.0999, 0.1, 0.16, 9.96, 10, 999.4, 1000, NaN].map(words.millis).join()"))
                .isEqualTo("under 0.1 ms,under 0.1 ms,under 0.1 ms,0.1 ms,0.2 ms,10.0 ms,10 ms,999 ms,1.0 s,");
    }

    @Test
    void ratesShouldHaveTheirTime() throws Exception {
        String before = "\"attemptMillis\": 98, \"before\": {\"calls\": 1.4, \"attemptMillis\": 111}, \"causes\"";
        String row = row("payments", "\"calls\": 2.6, \"failed\": 0.6, \"rejected\": 1.9");
        String tried = OPEN.replace("\"since\"", "\"lastOpened\": \"2026-11-29T10:34:55Z\", \"since\"");
        assertThat(figures(tried.replace("\"causes\"", before), row))
                .as("no shares of a time in which it was not open, and no duration while none passes")
                .matches(
                        "2.6 calls/s in the last 10 s: 73 % rejected, 23 % failed as trials \\(1.4/s before \\d+:34:49.*\\)");
        assertThat(figures(tried, row.replace("\"calls\"", "\"seconds\": 5, \"calls\"")))
                .as("whole samples")
                .isEqualTo("2.6 calls/s in the 5 s sampled since it opened: 73 % rejected, 23 % failed as trials");
        assertThat(figures(FAILING.replace("\"causes\"", before), row))
                .matches("2.6 calls/s \\(1.4/s before \\d+:33:37.*\\); rates and shares: of the last 10 s");
        assertThat(figures(FLOOD, row)).isEqualTo("Rates and shares: of the last 10 s");
        assertThat(figures(FLAPPING.replace("\"causes\"", before), row))
                .as("it is over")
                .isEqualTo("2.6 calls/s in the last 10 s");
    }

    @Test
    void durationsShouldAgreeWithTheClocks() throws Exception {
        assertThat(run("words.span(words.passed('2026-11-29T10:33:38.153Z', Date.parse('2026-11-29T10:34:55.900Z')))"))
                .isEqualTo("1 min 17 s");
    }

    @Test
    void failureOfACallUnderWayShouldBeNoTrial() throws Exception {
        String row = row("payments", "\"calls\": 2.6, \"failed\": 0.6, \"rejected\": 1.9");
        String open = OPEN.replace("\"since\"", "\"lastOpened\": \"2026-11-29T10:34:49Z\", \"since\"");
        String underWay = open.replace("10:34:28.450Z", "10:34:50.700Z");
        assertThat(because(underWay, row))
                .contains("\"A call that was under way as it opened failed at ", ":34:50: 503")
                .doesNotContain("trial");
        assertThat(figures(underWay, row)).endsWith("23 % failed, which were under way as it opened");
        assertThat(because(open.replace("10:34:28.450Z", "10:34:48.990Z"), row))
                .as("the failure that opened it")
                .contains("\"Failed last at ");
        String again =
                open.replace("\"lastOpened\": \"2026-11-29T10:34:49Z\"", "\"lastOpened\": \"2026-11-29T10:34:55Z\"");
        assertThat(because(again.replace("10:34:28.450Z", "10:34:54.990Z"), row))
                .contains("\"A trial failed at ");
        assertThat(because(again.replace("10:34:28.450Z", "10:34:57.100Z"), row))
                .as("a trial that was under way as another one failed")
                .contains("\"A call that was under way as it opened failed at ");
        assertThat(because(again, row)).as("it opened for another reason").contains("\"Failed last at ");
    }

    @Test
    void muchSlowerFailuresShouldBeCalledSo() throws Exception {
        String slow = "\"change\": \"slow\", \"attemptMillis\": %s, \"before\": {\"attemptMillis\": 36}, \"causes\"";
        String row = row("payments", "\"calls\": 2.6, \"rejected\": 2.6");
        assertThat(because(OPEN.replace("\"causes\"", slow.formatted(1_800)), row))
                .contains("\"Calls are slow, too: 1.8 s instead of 36 ms\"");
        assertThat(because(OPEN.replace("\"causes\"", slow.formatted(60)), row)).doesNotContain("slow");
    }

    @Test
    void errorThatIsOverShouldBeInThePast() throws Exception {
        assertThat(because(FLAPPING, row("payments", "\"calls\": 2.3")))
                .containsPattern("Last failure \\d+:34:28.*: 503 “payments is down”")
                .containsPattern(
                        "Opened 4 times, from \\d+:33:45.* to \\d+:34:30.*, the last time because the failure count reached 5")
                .containsPattern("\"This warning goes away at \\d+:49:05 if the circuit stays closed:"
                        + " fewer than 3 openings are then in the last 15 minutes\"");
    }

    @Test
    void laneShouldJoinWhatAbutsAndGoOnUntilNow() throws Exception {
        assertThat(drawn("lane: '173-2o1r4c'", "")).isEqualTo("[[\"-\",173],[\"o\",3],[\"c\",5]]");
        assertThat(drawn("lane: '178-2c'", "state: 'open'")).isEqualTo("[[\"-\",178],[\"c\",2],[\"o\",1]]");
        assertThat(drawn("lane: '178-2c'", "state: 'open', mode: 'observe'"))
                .as("a dry run rejects nothing")
                .isEqualTo("[[\"-\",178],[\"c\",3]]");
    }

    @Test
    void pieceShouldBeAsLongAsTheStateWas() throws Exception {
        assertThat(drawn(
                        "lane: '149-28c1o1h1o', states: [['c', 15000], ['o', 11000], ['h', 5500], ['o', 4000]]",
                        "state: 'open'"))
                .as("no sample begins when the circuit opened, and none ends with the trial")
                .isEqualTo("[[\"-\",149],[\"c\",28],[\"w\",0.8],[\"o\",1.1],[\"h\",0.3],[\"o\",1.8]]");
        String opened = "states: [['c', 10000], ['o', 8000], ['h', 2500], ['c', 2000]]";
        assertThat(drawn("lane: '175-1c2w1o1c', " + opened, ""))
                .as("calls failed until it opened")
                .isEqualTo("[[\"-\",175],[\"c\",1],[\"w\",2.4],[\"o\",1.1],[\"h\",0.1],[\"c\",1.4]]");
        assertThat(drawn("lane: '175-2c1w1o1c', " + opened, ""))
                .as("the failures that opened it, also if only the sample of the opening has them")
                .isEqualTo("[[\"-\",175],[\"c\",2],[\"w\",1.4],[\"o\",1.1],[\"h\",0.1],[\"c\",1.4]]");
        assertThat(drawn("lane: '175-3c1o1c', " + opened.replace("8000", "6500"), ""))
                .isEqualTo("[[\"-\",175],[\"c\",3],[\"w\",0.7],[\"o\",0.8],[\"h\",0.1],[\"c\",1.4]]");
        assertThat(drawn("lane: '170-4o6c', states: [['h', 30000], ['c', 29000]]", ""))
                .as("what was before the first change is known by the samples only")
                .isEqualTo("[[\"-\",170],[\"o\",4],[\"h\",0.2],[\"c\",6.8]]");
    }

    @Test
    void lastPieceShouldBeThePresentState() throws Exception {
        String past = "lane: '170-10c', states: [['c', 5000], ['o', -4900]]";
        assertThat(drawn(past, "state: 'open'")).as("after the latest sample").endsWith("[\"o\",0.1]]");
        assertThat(drawn("lane: '170-8c2o', states: [['c', 10000], ['o', 9000]]", "state: 'half-open'"))
                .as("the change to it is not known")
                .endsWith("[\"o\",1.8],[\"h\",1]]");
        assertThat(drawn("lane: '170-8c1w1c', level: 'failing'", "state: 'closed'"))
                .as("the level is that of two samples")
                .endsWith("[\"w\",3]]");
        assertThat(drawn("lane: '170-8c2w', level: 'warning'", "state: 'closed'"))
                .as("fewer than one in ten, and not none")
                .endsWith("[\"w\",2],[\"a\",1]]");
        assertThat(drawn("lane: '170-8c1c1r', level: 'warning'", "state: 'closed'"))
                .endsWith("[\"r\",1],[\"a\",1]]");
    }

    @Test
    void laneOfSamplesShouldEndWithTheLatestSample() throws Exception {
        String rejecting = "lane: '170-8c2r'";
        assertThat(run("words.drawn({" + rejecting + "}, {sampled: '2026-11-29T10:34:55.500Z', sampleSeconds: 5})"))
                .endsWith("[\"r\",2]]");
        assertThat(run("words.drawn({lane: '170-8c2o', states: [['c', 10000], ['o', 9000], ['h', -4000]]},"
                        + " {sampled: '2026-11-29T10:34:55.500Z', sampleSeconds: 5})"))
                .as("a change after the latest sample")
                .endsWith("[\"o\",1.8]]");
    }

    @Test
    void failuresBeforeTheOpeningShouldBeSaid() throws Exception {
        String head = ", {sampled: '2026-11-29T10:34:55Z', sampleSeconds: 5, samples: 180}, " + NOW + ")";
        String row =
                "{lane: '170-6c3w1o', states: [['c', 10000], ['o', 6000]], cells: {'circuit-breaker': {state: 'open'}}}";
        assertThat(run("new Date(words.failedFrom(" + OPEN + ", " + row + head + ").toISOString()"))
                .isEqualTo("2026-11-29T10:34:35.000Z");
        assertThat(run("new Date(words.failedFrom(" + OPEN + ", " + row.replace("6c3w1o", "8c2o") + head
                        + ").toISOString()"))
                .as("the sample of the opening has them")
                .isEqualTo("2026-11-29T10:34:45.000Z");
        assertThat(run("words.failedFrom(" + OPEN + ", {lane: '170-9c1o', states: [['c', 10000], ['o', 4500]],"
                        + " cells: {'circuit-breaker': {state: 'open'}}}" + head.replace("34:55", "34:53.500")
                        + " ?? 'none'"))
                .as("less than a second is left out")
                .isEqualTo("none");
    }

    // ---- a setting that makes it worse

    @Test
    void thresholdOutOfReachShouldBeCalledOut() throws Exception {
        String high = FAILING.replace(
                "\"since\"",
                "\"opensAt\": \"1000 more failures than successes\", \"failureThreshold\": 1000, \"failureCount\": 530, \"since\"");
        String row = row("payments", "\"calls\": 18.6, \"failed\": 12.2");
        assertThat(headline(high, row))
                .contains("answers 503 for 1 min 23 s, and the circuit has not opened yet; 66 % fail now");
        assertThat(because(high, row))
                .as("470 are missing, at 12.2 - 6.4 a second")
                .containsPattern(
                        "\"The circuit has not opened yet: at this pace it opens about \\d+:36:20\",\"bold\":true")
                .contains("\"Its failure count is 530 of 1000: a failure adds 1 (12/s),"
                        + " a success takes 1 away (6.4/s)\",\"bold\":false");
        assertThat(because(high, row("payments", "\"calls\": 20, \"failed\": 5")))
                .contains("at this pace it stays closed", "a failure adds 1 (5/s), a success takes 1 away (15/s)");
        assertThat(because(high.replace("1000 more failures than successes", "1000 consecutive failures"), row))
                .contains("The circuit has not opened yet: it opens at 1000 consecutive failures,"
                        + " and each success sets the count to 0 (now 530)");
        assertThat(advice(high, row))
                .as("the service comes first; what the other costs")
                .startsWith(
                        "[\"Look at the service that Client.call calls: some calls succeed, so perhaps only some of its instances are down.\"")
                .contains("\"If the service needs rest, lower failureThreshold (now 1000) in the settings to 200:"
                        + " its count is far above that, so that it opens with the next failure, and tries again by itself. Calls that would succeed"
                        + " are rejected, too. Force open lasts until an operator ends it.\"");
        assertThat(advice(FAILING, row)).doesNotContain("threshold");
    }

    @Test
    void headlineShouldCountTheProblemsAfterTheSecond() throws Exception {
        String full = "{\"kind\": \"full\", \"pattern\": \"bulkhead\", \"text\": \"bulkhead full (2 of 2)\", \"since\":"
                + " \"2026-11-29T10:34:40Z\"}";
        String open = full.replace("full\", \"pattern\": \"bulkhead", "open\", \"pattern\": \"circuit-breaker");
        String problems = String.join(
                ",",
                FAILING,
                OPEN,
                problem("reports", full, ""),
                problem("mail", open, ""),
                problem("ledger", open.replace("34:40", "33:40"), ""),
                problem("stock", open, ""));
        String headline = headlineOf("head: {names: 6}, problems: [" + problems + "], names: []");
        assertThat(headline)
                .startsWith("payments: answers 503")
                .contains("; 1 bulkhead full (reports for 20 s)")
                .endsWith("; 3 circuits open (mail for 20 s, ledger for 1 min 20 s, …)");
    }

    @Test
    void problemsThatLoseAboutAsMuchShouldStay() throws Exception {
        String one = "{name: 'a', level: 'forced', lost: %s}";
        String other = "{name: 'b', level: 'forced', lost: %s}";
        String names = "words.steady([%s, %s], [%s, %s]).map(({name}) => name).join()";
        String b = other.formatted("3.3");
        assertThat(run(names.formatted(one.formatted("3.4"), b, b, one.formatted("3.2"))))
                .isEqualTo("b,a");
        assertThat(run(names.formatted(one.formatted("6.6"), b, b, one.formatted("3.2"))))
                .as("much worse")
                .isEqualTo("a,b");
        assertThat(run(names.formatted(
                        one.formatted("3.4").replace("forced", "rejecting"), b, b, one.formatted("3.2"))))
                .as("worse")
                .isEqualTo("a,b");
        assertThat(run("words.steady([" + one.formatted("3.4") + ", " + b + "], undefined).length"))
                .as("the first answer")
                .isEqualTo("2");
    }

    @Test
    void headlineShouldHaveTheDeniedRetriesOfASecond() throws Exception {
        String denied =
                "{\"kind\": \"denied\", \"pattern\": \"retry\", \"text\": \"retries denied: the budget is used up\","
                        + " \"since\": \"2026-11-29T10:34:40Z\", \"rate\": 2.6}";
        String beside = FAILING.replace("}}]", "}}, " + denied + "]");
        assertThat(headline(beside, row("payments", "\"calls\": 19, \"failed\": 12.5")))
                .as("beside another cause")
                .endsWith("; 2.6 retries denied a second");
        String third = problem("mail", denied.replace("2.6", "0.4"), "");
        assertThat(headlineOf("head: {names: 3}, problems: [" + OPEN + "," + beside + "," + third + "], names: []"))
                .as("together with the third problem")
                .endsWith("; 3 retries denied a second (payments, mail)");
        assertThat(headline(third, row("mail", "\"calls\": 3")))
                .as("spelled out")
                .isEqualTo("mail: 0.4 retries denied a second: the budget is used up, for 20 s");
    }

    @Test
    void deniedHedgesShouldBeNoRetries() throws Exception {
        String row = row("mail", "\"calls\": 3");
        String denied = problem(
                "mail",
                "{\"kind\": \"denied\", \"pattern\": \"hedge\", \"text\": \"hedges denied\","
                        + " \"since\": \"2026-11-29T10:34:40Z\", \"rate\": 0.4}",
                "");
        assertThat(headline(denied, row)).startsWith("mail: 0.4 hedges denied a second, for 20 s");
        assertThat(headlineOf("head: {names: 3}, problems: [" + OPEN + "," + FAILING + ","
                        + denied.replace(", \"rate\": 0.4", "") + "], names: []"))
                .endsWith("; hedges denied for 1 (mail for 20 s)");
        assertThat(now(denied, "{calls: 3}")).isEqualTo("[\"hedges denied\",\"worse\"]");
        assertThat(effect(denied, row)).isEqualTo("Callers of Client.call: slow calls have no second attempt");
    }

    // ---- a trial

    @Test
    void trialOfABriefProblemShouldBeThatOfItsRow() throws Exception {
        String row = "{cells: {'circuit-breaker': {state: 'open', nextTrialTime: '2026-11-29T10:35:02Z'}}}";
        assertThat(run("words.trialOf(" + OPEN + ", " + row + ")")).isEqualTo("2026-11-29T10:35:02Z");
        assertThat(run("words.trialOf("
                        + OPEN.replace("\"reason\"", "\"nextTrialTime\": \"2026-11-29T10:35:01Z\", \"reason\"") + ", "
                        + row + ")"))
                .isEqualTo("2026-11-29T10:35:01Z");
        assertThat(run("words.trialOf(" + OPEN + ", " + row.replace("state:", "mode: 'observe', state:")
                        + ") ?? 'none'"))
                .as("a dry run rejects nothing")
                .isEqualTo("none");
    }

    // ---- effects, and the evidence

    @Test
    void circuitThatOpensAgainAndAgainShouldBeCalledSo() throws Exception {
        assertThat(headline(OPEN, row("payments", "\"calls\": 2, \"opened\": 4")))
                .contains("circuit open for ", "; opened 4 times in the last 15 min");
        assertThat(headline(OPEN, row("payments", "\"calls\": 2, \"opened\": 2")))
                .doesNotContain("opened 2 times");
    }

    @Test
    void openingsShouldBeThoseOfTheTimeBesideThem() throws Exception {
        String open =
                OPEN.replace("\"since\"", "\"onAndOffSince\": \"2026-11-29T09:12:03Z\", \"opened\": 90, \"since\"");
        assertThat(headline(open, row("payments", "\"calls\": 3, \"rejected\": 3, \"opened\": 16")))
                .as("since then, and not in the last 15 minutes")
                .matches("payments: answers 503, circuit open for 11 s; opened 90 times since \\d+:12:03");
    }

    @Test
    void halfOpenSecondsShouldKeepWhatIsKnownOfTheOutage() throws Exception {
        String halfOpen = OPEN.replace(
                        "\"kind\": \"open\"", "\"kind\": \"half-open\", \"onAndOffSince\": \"2026-11-29T10:32:11Z\"")
                .replace(
                        "\"users\"",
                        "\"lostCalls\": 168, \"lostFrom\": \"2026-11-29T10:32:10Z\", \"fallback\": false, \"users\"");
        String row = row("payments", "\"calls\": 2, \"failed\": 0.5, \"rejected\": 1.5, \"opened\": 4, \"seconds\": 5");
        assertThat(headline(halfOpen, row))
                .matches(".*answered 503, circuit half-open: trials decide; not closed for 11 s;"
                        + " opened 4 times since \\d+:32:11.*");
        assertThat(because(halfOpen, row)).contains("Opened because the failure count reached 5; that is opening 4");
        assertThat(run("words.sinceWords(" + halfOpen + ", " + row + ", {}, " + NOW + ")"))
                .matches("on and off since \\d+:32:11, not closed since \\d+:34:49, for 11 s");
        assertThat(effect(halfOpen, row)).matches(".* 2 calls/s get an error \\(no fallback\\), 168 since \\d+:32:11");
        assertThat(figures(halfOpen, row + ", " + NOW)).contains("the 5 s sampled since it opened");
        String open = halfOpen.replace("half-open", "open");
        assertThat(headline(open, row)).matches(".*circuit open for 11 s; opened 4 times since \\d+:32:11.*");
        assertThat(effect(open, row)).matches(".*, 168 since \\d+:32:11");
    }

    private static final String FORCED_BEFORE = """
            "forcedBefore": {"since": "2026-11-29T10:34:20Z", "by": "anna", "reason": "maintenance", "until": "2026-11-29T10:34:49Z", "endedBy": "bob"}""";

    @Test
    void halfOpenedCircuitShouldNotAccuseTheService() throws Exception {
        String halfOpened = OPEN.replace(
                        "\"kind\": \"open\"", "\"kind\": \"half-open\", \"by\": \"bob\", " + FORCED_BEFORE)
                .replace("\"reason\": \"the failure count reached 5\",", "");
        String row = row("payments", "\"calls\": 2, \"opened\": 4");
        assertThat(headline(halfOpened, row))
                .startsWith("payments: half-opened by bob after it was forced open: trials decide; for 11 s");
        assertThat(because(halfOpened, row)).doesNotContain("503");
        assertThat(run("words.sinceWords(" + halfOpened + ", " + row + ", {}, " + NOW + ")"))
                .matches("half-opened since \\d+:34:49, for 11 s; not closed since \\d+:34:20");
        assertThat(advice(halfOpened, row)).doesNotContain("Look at");
        assertThat(figures(halfOpened, row.replace("\"opened\"", "\"seconds\": 5, \"opened\"") + ", " + NOW))
                .contains("of the 5 s sampled since it was half-opened");
    }

    @Test
    void operatorsShouldBeOnTheCardUntilTheCircuitHasClosed() throws Exception {
        String row = row("payments", "\"calls\": 2, \"opened\": 2");
        String open = OPEN.replace("\"kind\"", FORCED_BEFORE + ", \"kind\"");
        String words =
                ".*\"Forced open before, from \\d+:34:20 to \\d+:34:49, by anna, reason: maintenance; ended by bob\\.";
        for (String problem : List.of(open, open.replace("\"kind\": \"open\"", "\"kind\": \"half-open\""))) {
            assertThat(because(problem, row)).containsPattern(words);
            assertThat(headline(problem, row)).contains("503", " for 11 s; forced open before by anna");
        }
        String unnamed = open.replace("\"anna\", \"reason\": \"maintenance\"", "null, \"reason\": null");
        assertThat(because(unnamed, row)).contains(", by an unnamed operator, no reason given; ended by bob.");
        String forgotten = open.replace(
                        "\"since\": \"2026-11-29T10:34:20Z\", \"by\": \"anna\", \"reason\": \"maintenance\",", "")
                .replace(", \"endedBy\": \"bob\"", "");
        assertThat(because(forgotten, row)).containsPattern("\"Forced open before, until \\d+:34:49\\. ");
    }

    @Test
    void maintenanceShouldNotProlongTheOutageBefore() throws Exception {
        String row = row("payments", "\"calls\": 2.3");
        String ended = FLAPPING.replace("\"until\"", "\"ended\": \"2026-11-29T10:34:35Z\", \"until\"")
                .replace("\"users\"", "\"lostCalls\": 64, \"users\"");
        assertThat(headline(ended, row)).containsPattern("on and off from \\d+:33:45 to \\d+:34:35, ");
        assertThat(effect(ended, row)).containsPattern("64 .* until \\d+:34:35, 38 % of the calls");
        assertThat(because(ended, row))
                .contains("An operator had it forced open after 10:34:35: calls that were rejected");
    }

    @Test
    void nearlyAllShouldNotBeAll() throws Exception {
        assertThat(run("words.share(502, 504)")).isEqualTo(">99 %");
        assertThat(run("words.share(504, 504)")).isEqualTo("100 %");
        assertThat(run("words.share(99, 100)")).isEqualTo("99 %");
        assertThat(run("words.share(1, 504)")).isEqualTo("<1 %");
    }

    @Test
    void warningInTheHeadlineShouldNotHaveTheLevelOfTheWorst() throws Exception {
        String warning = FLAPPING.replace("\"level\": \"rejecting\"", "\"level\": \"warning\"");
        assertThat(run("words.headline({head: {names: 2}, problems: [" + SLOW + ", " + warning + "], names: []}, " + NOW
                        + ").parts.map(({level}) => level)"))
                .isEqualTo("[\"rejecting\",\"warning\"]");
        String third = FAILING.replace("\"payments\"", "\"mail\"").replace("\"rejecting\"", "\"failing\"");
        assertThat(run("words.headline({head: {names: 3}, problems: [" + SLOW + ", " + OPEN + ", " + third
                        + "], names: []}, " + NOW + ").parts.map(({level}) => level)"))
                .as("those that are only counted have theirs")
                .isEqualTo("[\"rejecting\",\"rejecting\",\"failing\"]");
    }

    /** An arrow of a diagram has a line for it. */
    @Test
    void brieflyShouldHaveNoHistory() throws Exception {
        assertThat(run("words.briefly(" + FLAPPING + ", {calls: 2, opened: 4}, " + NOW + ", {})"))
                .isEqualTo("on and off");
        assertThat(run("words.briefly(" + OPEN + ", {calls: 2, opened: 4}, " + NOW + ", {})"))
                .isEqualTo("answers 503, circuit open for 11 s");
    }

    /** Samples have a failure up to five seconds later than its own time. */
    @Test
    void failureAfterTheClosingShouldNotBeOver() throws Exception {
        String again = FLAPPING.replace(
                        "\"closedSince\"",
                        "\"laterFailure\": " + DOWN.replace("10:34:28.450Z", "10:34:59.450Z") + ", \"closedSince\"")
                .replace("\"users\"", "\"lostCalls\": 169, \"fallback\": false, \"users\"");
        String row = row("payments", "\"calls\": 2.3");
        assertThat(headline(again, row)).matches("payments: on and off since \\d+:33:45, opened 4 times \\([^)]+\\)");
        assertThat(run("words.sinceWords(" + again + ", " + row + ", {}, " + NOW + ")"))
                .matches("on and off since \\d+:33:45");
        assertThat(effect(again, row)).endsWith("alls fail again, 169 so far").doesNotContain("no call fails");
        String over = again.replace("10:34:59.450Z", "10:34:49.450Z");
        assertThat(effect(over, row))
                .as("it is over")
                .matches(".*o call fails now; 169 got an error \\(no fallback\\) until \\d+:34:43, 38 % of the calls");
        assertThat(headline(over, row)).matches(".*from \\d+:33:45 to \\d+:34:43, .*; failed again 11 s ago \\(503.*");
    }

    @Test
    void namesWithoutCallsShouldNotBeCalledHealthy() throws Exception {
        String busy = "{\"name\": \"a\", \"cells\": {}, \"calls\": 3}";
        String idle = "{\"name\": \"b\", \"level\": \"no-calls\", \"cells\": {\"retry\": {}}}";
        assertThat(healthy(1, busy)).isEqualTo("The only name is healthy");
        assertThat(healthy(2, busy + "," + busy)).isEqualTo("All 2 names are healthy");
        assertThat(healthy(2, busy + "," + idle)).isEqualTo("The only name with calls is healthy; 1 has none now");
        assertThat(healthy(4, busy + "," + busy + "," + idle + "," + idle))
                .isEqualTo("All 2 names with calls are healthy; 2 have none now");
        assertThat(healthy(1, idle)).isEqualTo("The only name has no calls now");
        assertThat(healthy(2, idle + "," + idle)).isEqualTo("None of 2 names has calls now");
        assertThat(healthy(0, "")).isEqualTo("No instances yet");
        String blind = idle.replace("no-calls", "not-measured");
        assertThat(healthy(1, blind)).isEqualTo("The only name is not measured");
        assertThat(healthy(2, blind + "," + blind)).isEqualTo("None of 2 names is measured");
        assertThat(healthy(2, idle + "," + blind)).isEqualTo("1 name has no calls now; 1 is not measured");
        assertThat(healthy(3, busy + "," + blind + "," + blind))
                .isEqualTo("The only name with calls is healthy; 2 are not measured");
        assertThat(headlineOf("head: {names: 3}, problems: [" + FAILING + "], names: [" + busy + "," + blind + ","
                        + row("payments", "\"calls\": 1") + "]"))
                .endsWith(". 1 other is healthy; 1 is not measured");
        assertThat(run("words.headline({head: {names: 1}, problems: [], names: [" + idle + "]}, " + NOW + ").level"))
                .as("green is what is known to be well")
                .isEqualTo("no-calls");
        assertThat(run("words.headline({head: {names: 9, withoutCalls: 3}, problems: [], names: [" + busy + "," + idle
                        + "]}, " + NOW + ").text"))
                .as("also those that are left out")
                .isEqualTo("All 6 names with calls are healthy; 3 have none now");
    }

    @Test
    void nameShouldHaveOneLevelWhereverItIsShown() throws Exception {
        assertThat(drawn("lane: '100c80n', level: 'no-calls'", "state: 'closed'"))
                .isEqualTo("[[\"c\",100],[\"n\",81]]");
        assertThat(drawn("lane: '100c80n'", "state: 'closed'"))
                .as("a call has come since the latest sample")
                .isEqualTo("[[\"c\",100],[\"n\",80],[\"c\",1]]");
        assertThat(run("[{level: 'no-calls'}, {}, {level: 'failing'}].map(row => words.levelWord(words.levelOf(row)))"))
                .isEqualTo("[\"no calls\",\"healthy\",\"failing\"]");
        assertThat(run("words.laneWords([['c', 10], ['n', 12]], 5)")).isEqualTo("healthy 50 s, no calls 1 min");
    }

    private static String healthy(int number, String names) throws Exception {
        return run("words.headline({head: {names: " + number + "}, problems: [], names: [" + names + "]}, " + NOW
                + ").text");
    }

    @Test
    void operatorsEntryShouldBeOnTheCard() throws Exception {
        String forced = problem("mail", """
                {"kind": "forced-open", "pattern": "circuit-breaker", "text": "circuit forced open", "since": "2026-11-29T10:33:39Z", "by": "an operator"}""", "\"before\": {\"calls\": 3}");
        String row = row("mail", "\"calls\": 3, \"rejected\": 3, \"lane\": \"151-11c18f\"");
        String change = """
                [{"time": "2026-11-29T10:33:39Z", "principal": %s, "pattern": "circuit-breaker", "name": "mail", "action": "force-open", "scope": "node", "before": {"state": "closed"}}]""";
        assertThat(run("words.because(" + forced + ", " + row + ", " + NOW + ", {changes: " + change.formatted("null")
                        + "})"))
                .contains("entry: force open, on this process only, by an unnamed operator, no reason given")
                .contains("\"It stays so until it is half-opened or reset\"");
        assertThat(headline(forced, row))
                .startsWith("mail: all calls have been rejected for 1 min 21 s: forced open by an unnamed operator");
        assertThat(run("words.because(" + forced + ", " + row + ", " + NOW + ", {changes: "
                        + change.formatted("\"alice\"") + "})"))
                .contains("force open, on this process only, by alice, no reason given");
        String given =
                change.formatted("\"alice\"").replace("\"scope\"", "\"reason\": \"moves to new hosts\", \"scope\"");
        assertThat(because(forced, row, "changes: " + given)).contains(", by alice, reason: moves to new hosts\"");
        String named = forced.replace("an operator", "alice");
        assertThat(headline(named, row))
                .startsWith("mail: all calls have been rejected for 1 min 21 s: forced open by alice");
        assertThat(advice(named, row)).contains("Ask alice whether the reason is gone.");
        assertThat(advice(forced, row))
                .contains("Ask your colleagues who forced it open, and why.")
                .contains("half-open is the safe way back: a few calls go through as trials, which close the circuit,"
                        + " or open it until it tries again by itself. Reset lets all through at once.");
    }

    private static final String SUSPECT = """
            {"time": "2026-11-29T10:33:36Z", "principal": "carl", "pattern": "bulkhead", "name": "reports", "action": "settings", "scope": "node",
             "before": {"maxConcurrent": "8", "maxQueue": "none"}, "after": {"maxConcurrent": "2", "maxQueue": "0"}, "reason": "INC-31"}""";

    @Test
    void changeJustBeforeAProblemShouldBeOnItsCard() throws Exception {
        String row = row("reports", "\"calls\": 234, \"rejected\": 175");
        String changes = "changes: [" + SUSPECT + "]";
        String words =
                "changed the bulkhead %s, at \\d+:%s: maxConcurrent: 8 → 2, maxQueue: none → 0; reason: INC-31\"";
        assertThat(because(FLOOD, row, changes))
                .as("as the first reason")
                .containsPattern("^\\[\\{\"text\":\"Carl " + words.formatted("5 s before it began", "33:36"));
        assertThat(because(FLOOD, row, changes.replace("10:33:36Z", "10:33:42Z")))
                .as("a sample has the beginning to five seconds")
                .containsPattern("Carl " + words.formatted("as it began", "33:42"));
        assertThat(run("words.advice(" + FLOOD + ", " + row + ", " + NOW + ", {" + changes + "})"))
                .startsWith("[\"If the change by carl may have led to it, set maxConcurrent back to 8,"
                        + " and maxQueue back to none in the settings.\"");
        assertThat(run("words.adviceField(" + FLOOD + ", " + row + ", " + NOW + ", {" + changes + "})"))
                .isEqualTo("{\"pattern\":\"bulkhead\",\"setting\":\"maxConcurrent\"}");
    }

    @Test
    void fieldShouldHaveOnePieceOfAdvice() throws Exception {
        String high = FAILING.replace(
                "\"since\"",
                "\"opensAt\": \"100000 more failures than successes\","
                        + " \"failureThreshold\": 100000, \"failureCount\": 530, \"since\"");
        String failing = row("payments", "\"calls\": 20, \"failed\": 20");
        String breaker = changed("payments", "circuit-breaker", "{\"failureThreshold\": %s}", "4", "100000");
        assertThat(advice(high, failing)).contains("lower failureThreshold (now 100000)");
        assertThat(adviceAfter(high, failing, breaker))
                .contains("set failureThreshold back to 4 in the settings", "Look at the service")
                .doesNotContain("100000", "lower");
        assertThat(adviceAfter(
                        high, failing, changed("payments", "circuit-breaker", "{\"openDuration\": %s}", "4", "9")))
                .as("another field")
                .contains("set openDuration back to 4", "lower failureThreshold (now 100000)");
        String limited = problem("rates", """
                {"kind": "limited", "pattern": "rate-limiter", "text": "rate limit exceeded: 5 calls per PT1S", "since": "2026-11-29T10:33:40Z"}""", "");
        assertThat(adviceAfter(
                        limited,
                        row("rates", "\"calls\": 20, \"rejected\": 15"),
                        changed("rates", "rate-limiter", "{\"limit\": %s}", "50", "5")))
                .contains("set limit back to 50")
                .doesNotContain("Raise limit");
        assertThat(adviceAfter(FLOOD, row("reports", "\"calls\": 234, \"rejected\": 175"), SUSPECT))
                .contains("set maxConcurrent back to 8", "Limit them at that caller.")
                .doesNotContain("ore permits");
        assertThat(adviceAfter(SLOW, row("reports", "\"calls\": 1.2, \"rejected\": 0.5"), SUSPECT))
                .contains("set maxConcurrent back to 8", "its queries or requests")
                .doesNotContain("ore permits");
    }

    private static String changed(String name, String pattern, String setting, String before, String after) {
        return """
                {"time": "2026-11-29T10:33:36Z", "principal": "dora", "pattern": "%s", "name": "%s", "action": "settings", "scope": "node", "before": %s, "after": %s}""".formatted(
                        pattern, name, setting.formatted('"' + before + '"'), setting.formatted('"' + after + '"'));
    }

    private static String adviceAfter(String problem, String row, String change) throws Exception {
        return run("words.advice(" + problem + ", " + row + ", " + NOW + ", {changes: [" + change + "]})");
    }

    @Test
    void farOpeningShouldNotBeForeseenToTheMinute() throws Exception {
        String high = FAILING.replace(
                "\"since\"",
                "\"opensAt\": \"100000 more failures than successes\","
                        + " \"failureThreshold\": 100000, \"failureCount\": 60, \"since\"");
        assertThat(because(high, row("payments", "\"calls\": 0.8, \"failed\": 0.8")))
                .contains("at this pace it opens in more than 34 h\"");
        assertThat(because(high, row("payments", "\"calls\": 20, \"failed\": 20")))
                .containsPattern("at this pace it opens about \\d+:58:20\"");
    }

    @Test
    void problemOlderThanTheHistoryShouldHaveNoBeginning() throws Exception {
        String old = FAILING.replace("\"2026-11-29T10:33:37.100Z\"", "\"2026-11-29T10:19:57.100Z\", \"earlier\": true")
                .replace("\"users\"", "\"lostCalls\": 5424, \"lostFrom\": \"2026-11-29T10:19:57Z\", \"users\"");
        String row = row("payments", "\"calls\": 8, \"failed\": 7");
        assertThat(headline(old, row)).startsWith("payments: answers 503 for more than 15 min; 88 % fail now");
        assertThat(run("words.sinceWords(" + old + ", " + row + ", {}, " + NOW + ")"))
                .isEqualTo("failing for more than 15 min");
        assertThat(effect(old, row)).endsWith(", 5424 in the last 15 min");
        assertThat(run("[words.beganAt(" + old + ", " + row + ", {}, " + NOW + ")].length + ' ' + words.beganAt(" + old
                        + ", " + row + ", {}, " + NOW + ")"))
                .as("nothing to mark")
                .isEqualTo("1 undefined");
    }

    @Test
    void ageInTheHeadShouldBeThatOfTheCard() throws Exception {
        String third = FAILING.replace("\"payments\"", "\"mail\"")
                .replace("\"2026-11-29T10:33:37.100Z\"", "\"2026-11-29T10:19:57.100Z\", \"earlier\": true");
        assertThat(run("words.headline({head: {names: 3}, problems: [" + FLOOD + ", " + OPEN + ", " + third
                        + "], names: [" + row("mail", "\"calls\": 8, \"failed\": 7") + "]}, " + NOW + ").text"))
                .endsWith("1 failing (mail for more than 15 min)");
    }

    @Test
    void problemThatIsOlderThanTheSamplesShouldKeepItsReason() throws Exception {
        String old =
                FLOOD.replace("2026-11-29T10:33:40.900Z", "2026-11-29T08:33:40.900Z\", \"periods\": 4, \"text2\": \"");
        String row = row("reports", "\"calls\": 234, \"rejected\": 175");
        assertThat(headline(old.replace("\"periods\": 4", "\"periods\": 1"), row))
                .startsWith("reports: flooded for 2 h 1 min, 234 calls/s instead of 0.4;");
        assertThat(run("words.sinceWords(" + old + ", " + row + ", {}, " + NOW + ")"))
                .as("how often is known of the last 15 minutes only")
                .matches("rejecting on and off since about \\d+:33:40");
    }

    @Test
    void everyMarkOfSeveralTrialsShouldHaveItsCount() throws Exception {
        String groups =
                "[{from: 0.1, to: 0.3, count: 8}, {from: 0.31, to: 0.32, count: 2}, {from: 0.9, to: 1, count: 3}]";
        assertThat(run("words.trialLabels(" + groups + ", 1200, 6).map(({text}) => text).join()"))
                .isEqualTo("8 trials,2 trials,3 trials");
        assertThat(
                        run(
                                "words.trialLabels(" + groups
                                        + ", 340, 6, 310).map(({text, left, width}) => [text, Math.round(left), left + width <= 310]).join()"))
                .as("on a phone, two are too close to one another")
                .isEqualTo("8 + 2 trials,35,true,3 trials,262,true");
        assertThat(run("words.trialLabels(" + groups + ", 80, 6).map(({text}) => text).join()"))
                .as("where nothing else fits")
                .isEqualTo("13 trials");
    }

    @Test
    void beginningShouldStandAtItsMarkBesideTrials() throws Exception {
        // As seen on a phone: four marks, the first one soon after the beginning.
        String four = "[{from: .31, to: .33, count: 2}, {from: .36, to: .38, count: 2}, {from: .41, to: .43, count: 2},"
                + " {from: .46, to: .49, count: 2}]";
        assertThat(around(0.26, four, 340)).isEqualTo("onset 32..88 at 88, 2 + 2 + 2 + 2 trials 95..225");
        assertThat(around(0.1, four, 340)).as("where there is room").startsWith("onset 6..62 at 34, ");
        assertThat(around(0.02, "[{from: .03, to: .9, count: 9}]", 340))
                .as("at the edge")
                .isEqualTo("onset 0..56 at 7, 9 trials 132..184");
        assertThat(around(0.6, four, 340))
                .as("after other ones")
                .isEqualTo("onset 204..260 at 204, 2 + 2 + 2 + 2 trials 68..198");
    }

    @Test
    void manyMarksOfTrialsShouldLeaveRoomForTimes() throws Exception {
        String nine = "Array.from({length: 9}, (_, at) => ({from: .35 + at * .06, to: .37 + at * .06, count: 2}))";
        assertThat(around(0.32, nine, 340))
                .as("as seen on a phone")
                .isEqualTo("onset 53..109 at 109, 18 trials in 9 marks 139..269");
        assertThat(around(0.32, nine, 1_200)).contains("2 trials");
    }

    private static String around(double began, String groups, int pixels) throws Exception {
        return run("(({trials, onset}) => [`onset ${Math.round(onset)}..${Math.round(onset + 56)} at ${Math.round("
                + began
                + " * " + pixels
                + ")}`, ...trials.map(({text, left, width}) => `${text} ${Math.round(left)}..${Math.round(left + width)}`)].join(', '))"
                + "(words.labelsAround(" + began + ", 56, " + groups + ", " + pixels + ", 6.5, " + pixels + " - 26))");
    }

    @Test
    void changeBeforeOpeningsAgainAndAgainShouldStayOnTheCard() throws Exception {
        String changes = "changes: ["
                + SUSPECT.replace("2026-11-29T10:33:36Z", "2026-11-29T09:55:00Z")
                        .replace("\"reports\"", "\"payments\"") + "]";
        String row = row("payments", "\"calls\": 2.3");
        String open =
                OPEN.replace("\"since\"", "\"onAndOffSince\": \"2026-11-29T09:55:03Z\", \"opened\": 44, \"since\"");
        for (String problem : List.of(FLAPPING.replace("10:33:45Z", "09:55:03Z"), open)) {
            assertThat(because(problem, row, changes)).contains("Carl changed the bulkhead 3 s before it began, at ");
            assertThat(run("words.advice(" + problem + ", " + row + ", " + NOW + ", {" + changes + "})"))
                    .contains("set maxConcurrent back to 8");
        }
    }

    @Test
    void otherChangesShouldNotBeOnTheCard() throws Exception {
        String row = row("reports", "\"calls\": 234, \"rejected\": 175");
        for (String other : List.of(
                SUSPECT.replace("\"reports\"", "\"mail\""),
                SUSPECT.replace("10:33:36Z", "10:28:36Z"),
                SUSPECT.replace("10:33:36Z", "10:33:55Z"),
                SUSPECT.replace("\"scope\"", "\"ended\": \"2026-11-29T10:33:38Z\", \"scope\""),
                SUSPECT.replace("\"settings\"", "\"reset\""))) {
            assertThat(because(FLOOD, row, "changes: [" + other + "]")).doesNotContain("carl", "Carl");
        }
        assertThat(because(
                        FLOOD,
                        row,
                        "changes: ["
                                + SUSPECT.replace(
                                        "\"scope\"",
                                        "\"replaced\": {\"maxQueue\": \"2026-11-29T10:34:38Z\"}, \"scope\"")
                                + "]"))
                .as("what is still in force of it")
                .contains("maxConcurrent: 8 → 2; reason");
    }

    @Test
    void switchedOffPatternShouldBeSwitchedOnAgain() throws Exception {
        String off = SUSPECT.replace("\"settings\"", "\"switch-off\"")
                .replace("\"maxConcurrent\": \"8\", \"maxQueue\": \"none\"", "\"enabled\": \"true\"")
                .replace("\"maxConcurrent\": \"2\", \"maxQueue\": \"0\"", "\"enabled\": \"false\"")
                .replace("\"bulkhead\"", "\"retry\"");
        String more =
                ", " + row("reports", "\"calls\": 234, \"failed\": 175") + ", " + NOW + ", {changes: [" + off + "]})";
        String failing = FAILING.replace("payments", "reports");
        assertThat(run("words.advice(" + failing + more))
                .startsWith("[\"If the change by carl may have led to it, switch the retry on again under Actions of");
        assertThat(run("words.adviceField(" + failing + more)).contains("\"tab\":\"actions\"");
    }

    @Test
    void entryShouldSayWhatDecidesWhetherItMayBeLifted() throws Exception {
        String forced = problem("mail", """
                {"kind": "forced-open", "pattern": "circuit-breaker", "text": "circuit forced open", "since": "2026-11-29T10:33:39Z", "by": "anna", FAILURE}""", "BEFORE");
        String failure = "\"lastFailure\": " + DOWN.replace("10:34:28", "10:33:04");
        String before = "\"beforeEntry\": {\"seconds\": 60, \"calls\": %d, \"failed\": %d, \"knownSeconds\": 480%s}";
        String row = row("mail", "\"calls\": 3, \"rejected\": 3");
        String open = ", \"openSince\": \"2026-11-29T10:32:50Z\", \"reason\": \"the failure count reached 5\"";
        assertThat(because(forced.replace("FAILURE", failure).replace("BEFORE", before.formatted(60, 29, open)), row))
                .containsPattern(
                        "\"In the 1 min before it, 48 % of the calls that were let through failed; the circuit was"
                                + " open by itself then, since \\d+:32:50, because the failure count reached 5\"")
                .containsPattern("\"Failed last at \\d+:33:04: 503 “payments is down”\"");
        String closed = open + ", \"openUntil\": \"2026-11-29T10:33:10Z\"";
        assertThat(because(forced.replace("FAILURE", failure).replace("BEFORE", before.formatted(60, 0, closed)), row))
                .containsPattern("\"No call failed for 35 s before it; the circuit was open by itself until \\d+:33:10,"
                        + " because the failure count reached 5\"");
        assertThat(because(forced.replace("FAILURE", failure).replace("BEFORE", before.formatted(0, 0, "")), row))
                .contains(
                        "\"In the 1 min before it, no call was let through; the last one that failed was 35 s before it\"");
        String never = forced.replace(", FAILURE", "");
        assertThat(because(never.replace("BEFORE", before.formatted(60, 0, "")), row))
                .contains("\"No call failed in the 8 min that are known before it\"")
                .doesNotContain("Failed last");
        assertThat(because(never.replace("BEFORE", "\"fallback\": false"), row)).doesNotContain("before it");
    }

    @Test
    void waitingCallsShouldBeToldFromRejectedOnes() throws Exception {
        String queued = row("reports", "\"calls\": 1.1, \"rejected\": 0.5")
                .replace("\"maxConcurrent\": 2", "\"maxConcurrent\": 2, \"waiting\": 1, \"maxQueue\": 2");
        assertThat(because(SLOW, queued))
                .contains(
                        "Its queue has room now (1 of 2): calls are rejected while it is full. Times exclude queueing");
        assertThat(because(SLOW, queued.replace("\"waiting\": 1", "\"waiting\": 2")))
                .contains("Its queue is full (2 of 2): calls are rejected at once.");
        String limited = SLOW.replace("\"since\"", "\"maxWait\": \"PT2S\", \"since\"");
        assertThat(because(limited, queued))
                .contains("(1 of 2): calls are rejected after they waited 2s, or while it is full.");
        assertThat(because(limited, queued.replace("\"waiting\": 1", "\"waiting\": 2")))
                .contains("(2 of 2): calls are rejected at once, or after they waited 2s.");
        assertThat(because(SLOW, queued.replace("\"waiting\": 1, \"maxQueue\": 2", "\"maxQueue\": 0")))
                .contains("It has no queue: calls are rejected at once while all permits are in use");
        assertThat(because(SLOW, row("reports", "\"calls\": 1.1, \"rejected\": 0.5")))
                .doesNotContain("queue");
    }

    @Test
    void timesShouldHaveTwentyFourHoursAndRoundTicks() throws Exception {
        assertThat(run("words.clock('2026-11-29T21:09:36Z')")).matches("\\d\\d:09:36");
        assertThat(run("words.dayClock('2026-11-29T12:09:36Z', '2026-11-29T12:10:00Z')"))
                .matches("\\d\\d:09:36");
        assertThat(run("words.dayClock('2026-11-27T12:09:36Z', '2026-11-29T12:10:00Z')"))
                .matches("2026-11-27 \\d\\d:09:36");
        assertThat(run("words.ticks(Date.parse('2026-11-29T10:07:35Z'), Date.parse('2026-11-29T10:10:20Z'), 4)"
                        + ".map(({at, text}) => [new Date(at).toISOString(), text.length])"))
                .isEqualTo(
                        "[[\"2026-11-29T10:08:00.000Z\",5],[\"2026-11-29T10:09:00.000Z\",5],[\"2026-11-29T10:10:00.000Z\",5]]");
    }

    /** The server's clock has whole seconds, cut off. */
    @Test
    void nothingShouldBeLaterThanTheAnswer() throws Exception {
        String later = FAILING.replace("10:34:28.450", "10:35:00.900");
        assertThat(run("new Date(words.answeredAt({problems: [" + later + "], changes: []},"
                        + " Date.parse('2026-11-29T10:35:00Z'))).toISOString()"))
                .isEqualTo("2026-11-29T10:35:00.900Z");
        assertThat(run("new Date(words.answeredAt({problems: [" + FLAPPING + "], changes: []},"
                        + " Date.parse('2026-11-29T10:35:00Z'))).toISOString()"))
                .as("what is foreseen does not count")
                .isEqualTo("2026-11-29T10:35:00.000Z");
    }

    @Test
    void reasonShouldFitToTheChange() throws Exception {
        assertThat(event("closed", "open", "the failure count reached 5"))
                .isEqualTo("closed → open: the failure count reached 5");
        assertThat(event("half-open", "open", "a trial failed")).isEqualTo("half-open → open: a trial failed");
        assertThat(event("closed", "open", "a trial failed")).isEqualTo("closed → open");
        assertThat(event("half-open", "closed", "the open duration elapsed")).isEqualTo("half-open → closed");
        assertThat(event("open", "half-open", "the open duration elapsed"))
                .isEqualTo("open → half-open: the open duration elapsed");
        assertThat(event("closed", "open", "fleet: 7 of 12 nodes")).isEqualTo("closed → open: fleet: 7 of 12 nodes");
        assertThat(run("words.eventWords('stateChanged', {to: 'open'})")).isEqualTo("open");
    }

    private static String event(String from, String to, String reason) throws Exception {
        return run(
                "words.eventWords('stateChanged', {from: '" + from + "', to: '" + to + "', reason: '" + reason + "'})");
    }

    /** The circuit breaker has counted it, and the retry repeats it: one line. */
    @Test
    void changeOfSettingsShouldSayWhatHasChanged() throws Exception {
        String values = "before: {openDuration: 'PT6S', maxOpenDuration: 'none'}, after: {openDuration: 'PT8S',"
                + " maxOpenDuration: 'PT30S'}";
        assertThat(run("words.eventWords('operatorChange', {principal: 'bob', action: 'settings', " + values
                        + ", reason: 'it needs rest'})"))
                .isEqualTo("bob: settings, openDuration: 6s → 8s, maxOpenDuration: none → 30s; reason: it needs rest");
        assertThat(run("words.changedWords({openDuration: '6s', maxOpenDuration: null}, {openDuration: '8s',"
                        + " maxOpenDuration: '30s'})"))
                .as("in the message and the preview, too")
                .isEqualTo("openDuration: 6s → 8s, maxOpenDuration: none → 30s");
        assertThat(run("words.changedWords(undefined, {openDuration: 'PT8S'})"))
                .as("of an older change")
                .isEqualTo("openDuration: set to 8s");
        assertThat(run("words.eventWords('operatorChange', {principal: null, action: 'force-open', before: {state:"
                        + " 'closed'}, after: {state: 'forced-open'}})"))
                .isEqualTo("an unnamed operator: force open");
        assertThat(run("words.eventWords('stateChanged', {from: 'open', to: 'forced-open', reason: 'forced open'})"))
                .as("no reason twice")
                .isEqualTo("open → forced open");
    }

    @Test
    void mistakeShouldStandAtItsFieldOnly() throws Exception {
        String settings = "['openDuration', 'maxOpenDuration']";
        assertThat(run("words.mistakeOf({error: \"CircuitBreaker 'payments': maxOpenDuration is PT2S: must be at least"
                        + " openDuration, which is PT6S\", remedy: 'Nothing has changed'}, " + settings + ")"))
                .isEqualTo("{\"setting\":\"maxOpenDuration\",\"text\":\"maxOpenDuration is 2s: must be at least"
                        + " openDuration, which is 6s.\"}");
        assertThat(run("words.mistakeOf({error: \"openDuration is '6 seconds', which cannot be read as a duration\","
                        + " remedy: 'Write it with a unit, such as 500ms, 2s or PT1M'}, " + settings + ")"))
                .isEqualTo("{\"setting\":\"openDuration\",\"text\":\"openDuration is '6 seconds', which cannot be"
                        + " read as a duration. Write it with a unit, such as 500ms, 2s or 1m.\"}");
        assertThat(run("words.mistakeOf({error: 'The store is away'}, " + settings + ").setting"))
                .as("one of the whole form")
                .isEmpty();
        assertThat(run("words.formatWords({format: 'a duration', range: 'at least openDuration, which is PT6S',"
                        + " values: []})"))
                .isEqualTo("a duration, such as 500ms, 6s or 1m, at least openDuration, which is 6s;");
    }

    @Test
    void usedUpBudgetShouldSaySinceWhenAndWhy() throws Exception {
        String sampling = "{sampled: '2026-11-29T10:35:00Z', sampleSeconds: 5}";
        String since = "words.deniedSince({lane: '100-40c30a2c8a'}, " + sampling + ")";
        assertThat(run("words.budgetWords(10.4, " + since + ", " + NOW + ")"))
                .matches("10 of 500 tokens: used up since \\d+:31:40, a retry takes 14");
        assertThat(run("words.budgetWords(10.4, words.deniedSince({lane: '100-40c30a10c'}, " + sampling + "), " + NOW
                        + ")"))
                .as("nothing is denied now")
                .isEqualTo("10 of 500 tokens: used up, a retry takes 14");
        assertThat(run("words.budgetWords(87.4, undefined, " + NOW + ")")).isEqualTo("87 of 500 tokens");
    }

    @Test
    void whatIsNotCountedShouldBeNoZero() throws Exception {
        assertThat(run("words.notCounted('retry', 'totalSucceeded', 0, {countSuccesses: {value: false}})"))
                .contains("countSuccesses is false");
        assertThat(
                        run(
                                "[words.notCounted('retry', 'totalSucceeded', 0, {countSuccesses: {value: true}}),"
                                        + " words.notCounted('retry', 'totalExhausted', 0, {}),"
                                        + " words.notCounted('bulkhead', 'totalWouldReject', 0, {mode: {value: 'observe'}}),"
                                        + " words.notCounted('bulkhead', 'totalWouldReject', 3, {mode: {value: 'enforce'}})].map(String)"))
                .as("a number")
                .isEqualTo("[\"undefined\",\"undefined\",\"undefined\",\"undefined\"]");
        assertThat(run("[words.notCounted('bulkhead', 'totalWouldReject', 0, {mode: {value: 'enforce'}}),"
                        + " words.notCounted('circuit-breaker', 'totalSlow', 0, {slowCallDuration: {value: null}})]"))
                .as("absent")
                .isEqualTo("[\"\",\"\"]");
    }

    @Test
    void oneCallShouldBeInTheSingular() throws Exception {
        String row = row("payments", "\"calls\": 1, \"rejected\": 1");
        assertThat(effect(problem("payments", OPEN_CAUSE, "\"fallback\": false"), row))
                .contains("1 call/s gets an error (no fallback)");
        assertThat(figures(OPEN, row)).startsWith("1 call/s in ");
        assertThat(effect(OPEN, row)).contains("1 call/s fails or is rejected");
    }

    @Test
    void failureShouldHaveOneLine() throws Exception {
        assertThat(run("""
                words.failureGroups({
                  'circuit-breaker': {lastFailures: [
                    {time: '2026-11-29T10:34:28.450Z', thrown: 'ServiceUnavailable: 503 Service Unavailable: "{\\"error\\":\\"payments is down\\"}"'},
                    {time: '2026-11-29T10:34:20.000Z', thrown: 'IOException: broken pipe'}]},
                  retry: {recentEvents: [
                    {event: 'denied', time: '2026-11-29T10:34:28.460Z', failure: 'ServiceUnavailable: 503 Service Unavailable: "{\\"err'},
                    {event: 'retrying', time: '2026-11-29T10:34:25.000Z', failure: 'ServiceUnavailable: 503 Service Unavailable: "{\\"error\\":\\"payments is down\\"}"'},
                    {event: 'stateChanged', time: '2026-11-29T10:34:25.000Z'}]}
                }).map(({kind, lines}) => [kind, lines.map(({where, message}) => `${where}: ${message}`)])"""))
                .isEqualTo("[[\"ServiceUnavailable\",[\"breaker, retry denied: 503 “payments is down”\","
                        + "\"retrying: 503 “payments is down”\"]],"
                        + "[\"IOException\",[\"breaker: “broken pipe”\"]]]");
    }

    /** Two samples without trouble do not begin it anew, and a change of the circuit's state has its own event. */
    @Test
    void beginningsShouldBeThoseOfTheLanes() throws Exception {
        String sampling = "{sampled: '2026-11-29T10:34:55.000Z', sampleSeconds: 5}";
        assertThat(run(
                        "words.beginnings({retry: {lane: '100c5a2c3w70c'}, 'circuit-breaker': {lane: '170c2w8o', recentEvents: []}}, "
                                + sampling + ").map(({pattern, letter, text}) => [pattern, letter, text])"))
                .isEqualTo("[[\"retry\",\"a\",\"retries begin to be denied, for 50 s\"],"
                        + "[\"circuit-breaker\",\"w\",\"calls begin to fail, for 10 s\"],"
                        + "[\"circuit-breaker\",\"o\",\"opens, until now\"]]");
        assertThat(run(
                        "words.beginnings({'circuit-breaker': {lane: '170c10o', recentEvents: [{event: 'stateChanged', time: '2026-11-29T10:34:07Z'}]}}, "
                                + sampling + ")"))
                .isEqualTo("[]");
        assertThat(run("words.beginnings({attempts: {lane: '100-40c30s10c'}}, " + sampling
                        + ").map(({pattern, letter, text}) => [pattern, letter, text])"))
                .isEqualTo("[[\"attempts\",\"s\",\"begin to take longer than before, for 2 min 30 s\"]]");
    }

    @Test
    void trialsOfAStripShouldBeSeenOrCounted() throws Exception {
        String trials = "[['c', 10], ['o', 2], ['h', 0.25], ['o', 2], ['h', 0.25], ['o', 2]]";
        assertThat(run("words.withTrials(" + trials + ", 5).marks.map(({count}) => count).join()"))
                .isEqualTo("1,1");
        assertThat(run("words.withTrials(" + trials + ", 2)"))
                .as("four pixels from one to the next")
                .isEqualTo(
                        "{\"pieces\":[[\"c\",10],[\"o\",6.5]],\"marks\":[{\"from\":12.125,\"to\":14.375,\"count\":2}]}");
        assertThat(run("words.withTrials([['o', 2], ['h', 0.1], ['o', 2], ['h', 0.1], ['c', 2], ['o', 1], ['h', 0.1],"
                        + " ['o', 2]], 2).marks.map(({count}) => count).join()"))
                .as("the circuit was closed in between")
                .isEqualTo("2,1");
        assertThat(run("words.withTrials([['o', 2], ['h', 3], ['c', 2]], 2)"))
                .as("one that is long is seen anyway")
                .isEqualTo("{\"pieces\":[[\"o\",2],[\"h\",3],[\"c\",2]],\"marks\":[]}");
        assertThat(run("words.withTrials([['f', 20], ['h', 0.1]], 2)"))
                .as("the present is no trial that is over")
                .isEqualTo("{\"pieces\":[[\"f\",20],[\"h\",0.1]],\"marks\":[]}");
    }

    @Test
    void stripShouldInventNoStateBeforeTheFirstKnownChange() throws Exception {
        assertThat(drawn("lane: '150-20c10o', states: [['o', 12000], ['h', 9000], ['o', 8900]]", "state: 'open'"))
                .isEqualTo("[[\"-\",150],[\"c\",20],[\"o\",8.2],[\"h\",0.02],[\"o\",2.78]]");
    }

    @Test
    void thresholdShouldBeNamedOnlyWhileTheCountRises() throws Exception {
        String counts = FAILING.replace(
                "\"since\"",
                "\"opensAt\": \"1000 more failures than successes\", \"failureThreshold\": 1000, \"failureCount\": %d, \"since\"");
        String rises = row("payments", "\"calls\": 10, \"failed\": 7");
        assertThat(advice(counts.formatted(45), rises)).contains("(now 1000) in the settings to 20: its count");
        String named = "in the settings to";
        String number = "\\(now 1000\\) in the settings: the circuit then opens sooner\\.";
        assertThat(advice(counts.formatted(7), rises)).as("it has just begun").containsPattern(number);
        assertThat(advice(counts.formatted(45), row("payments", "\"calls\": 10, \"failed\": 5.2")))
                .as("it sways")
                .containsPattern(number);
        assertThat(advice(
                        counts.replace("1000 more failures than successes", "1000 consecutive failures")
                                .formatted(45),
                        rises))
                .as("each success sets it to 0")
                .containsPattern(number)
                .doesNotContain(named);
    }

    @Test
    void adviceThatNamesASettingShouldNameItsField() throws Exception {
        String lasting = FAILING.replace(
                "\"since\"",
                "\"opensAt\": \"1000 more failures than successes\","
                        + " \"failureThreshold\": 1000, \"failureCount\": 680, \"since\"");
        String row = row("payments", "\"calls\": 20, \"failed\": 15");
        assertThat(advice(lasting, row)).contains("lower failureThreshold (now 1000) in the settings");
        assertThat(adviceField(lasting, row))
                .isEqualTo("{\"pattern\":\"circuit-breaker\",\"setting\":\"failureThreshold\"}");
        String share = lasting.replace("\"failureThreshold\": 1000, \"failureCount\": 680, ", "")
                .replace("1000 more failures than successes", "50 % failures");
        assertThat(advice(share, row)).contains("Check failureRateThreshold in the settings");
        assertThat(adviceField(share, row)).contains("\"failureRateThreshold\"");
        String limited = problem("mail", """
                {"kind": "limited", "pattern": "rate-limiter", "text": "rate limit exceeded: 5 calls per PT1S"}""", "");
        assertThat(advice(limited, row))
                .startsWith(
                        "[\"Find who calls Client.call so often. Callers are not recorded here: look in the access log")
                .as("but not first")
                .contains("Raise limit in the settings only if");
        assertThat(because(limited, row))
                .contains("The limit lets 5 calls a second through, from all callers together");
        assertThat(because(limited.replace("PT1S", "PT10S"), row)).contains("The limit lets 5 calls in 10s through");
        assertThat(adviceField(limited, row)).isEqualTo("{\"pattern\":\"rate-limiter\",\"setting\":\"limit\"}");
        assertThat(adviceField(OPEN, row)).as("it names none").isEqualTo("null");
    }

    private static String adviceField(String problem, String row) throws Exception {
        return run("words.adviceField(" + problem + ", " + row + ", " + NOW + ")");
    }

    @Test
    void narrowStripShouldHaveTheWorstStateInEachPixel() throws Exception {
        assertThat(run("words.pixelated([['-', 100], ['c', 70], ['o', 10]], 100, 8)"))
                .isEqualTo("[[\"c\",7],[\"o\",1]]");
        assertThat(run("words.pixelated([['c', 40], ['w', 0.2], ['o', 1.2], ['h', 0.1], ['c', 38.5]], 0, 8)"))
                .as("trials are no wider than they were")
                .isEqualTo("[[\"c\",4],[\"o\",1],[\"c\",3]]");
        assertThat(run("words.pixelated([['c', 75], ['o', 4], ['c', 1]], 0, 8)"))
                .as("the last one is the present")
                .isEqualTo("[[\"c\",8]]");
    }

    @Test
    void partsOfTheTimelineShouldAddUpToAllCalls() throws Exception {
        assertThat(run("""
                        words.served({'circuit-breaker': {samples: {calls: [10, 4], failed: [2, 4], rejected: [0, 6]}}, bulkhead: {samples: {calls: [10, 10]}},
                         retry: {samples: {calls: [5, 5], rejected: [9, 9]}}}, 2)""")).isEqualTo("{\"succeeded\":[8,0],\"failed\":[2,4],\"rejected\":[0,6]}");
        assertThat(run("String(words.served({retry: {samples: {calls: [5]}}}, 1))"))
                .as("a retry does not count calls")
                .isEqualTo("null");
    }

    @Test
    void floodShouldSayWhereToLookForTheCaller() throws Exception {
        String row = row("reports", "\"calls\": 234, \"rejected\": 175");
        assertThat(advice(FLOOD, row))
                .contains(
                        "Find who calls Client.call so often. Callers are not recorded here: look in the access log",
                        "Limit them at that caller: more permits would let the flood through.");
        assertThat(advice(SLOW, row)).doesNotContain("Callers are not recorded");
    }

    /** A circuit counts each attempt. */
    @Test
    void retriesShouldBeNoCallsOfCallers() throws Exception {
        String row = """
                {"calls": 16, "failed": 12, "cells": {"circuit-breaker": {"calls": 16, "failed": 12}, "retry": {"calls": 9.4, "failed": 3}}}""";
        String doubled =
                FAILING.replace("\"causes\"", "\"change\": \"flood\", \"before\": {\"calls\": 3.4}, \"causes\"");
        assertThat(because(doubled, row)).doesNotContain("Many calls");
        assertThat(figures(doubled, row)).startsWith("16 calls/s, 9.4 of them retries (3.4/s before ");
        assertThat(because(doubled.replace("3.4", "0.002"), row)).contains("about 3,000 times the <0.1/s");
        assertThat(because(doubled.replace("3.4", "1.1"), row)).contains("Many calls: 6.6/s arrive, 6 times the 1.1/s");
        assertThat(figures(FAILING, row.replace("\"calls\": 9.4, ", ""))).startsWith("16 calls/s; rates");
        assertThat(figures(FAILING, row.replace("9.4", "1.5"))).as("few").startsWith("16 calls/s; rates");
    }

    @Test
    void slowWorkThatFailsShouldNotBeThoughtDown() throws Exception {
        String row = row("payments", "\"calls\": 20, \"failed\": 3");
        assertThat(advice(FAILING, row)).contains("perhaps only some of its instances are down");
        String slow = FAILING.replace(
                "\"causes\"",
                "\"change\": \"slow\", \"attemptMillis\": 731, \"before\": {\"attemptMillis\": 42}, \"causes\"");
        assertThat(advice(slow, row))
                .contains("Find what has become slow: look at the service that Client.call calls.")
                .doesNotContain("down");
    }

    private static String because(String problem, String row) throws Exception {
        return run("words.because(" + problem + ", " + row + ", " + NOW + ")");
    }

    private static String because(String problem, String row, String more) throws Exception {
        return run("words.because(" + problem + ", " + row + ", " + NOW + ", {" + more + "})");
    }

    private static String figures(String problem, String row) throws Exception {
        return run("words.figures(" + problem + ", " + row + ")");
    }

    /** The pieces of a lane whose latest sample is five seconds old. */
    private static String drawn(String row, String circuit) throws Exception {
        return run("words.drawn({" + row + ", cells: {'circuit-breaker': {" + circuit
                + "}}}, {sampled: '2026-11-29T10:34:55.500Z', sampleSeconds: 5}, " + NOW + ")");
    }

    private static String advice(String problem, String row) throws Exception {
        return run("words.advice(" + problem + ", " + row + ", " + NOW + ")");
    }

    private static String headline(String problem, String row) throws Exception {
        return headlineOf("head: {names: 1}, problems: [" + problem + "], names: [" + row + "]");
    }

    /** As the page shows it: what is wrong, and behind it the others. */
    private static String headlineOf(String body) throws Exception {
        return run("Object.values((({text, others}) => ({text, others}))(words.headline({" + body + "}, " + NOW
                + "))).filter(Boolean).join('. ')");
    }

    private static String heading(String problem, String row) throws Exception {
        return run("words.heading(" + problem + ", " + row + ", " + NOW + ")");
    }

    private static String effect(String problem, String row) throws Exception {
        return run("words.effect(" + problem + ", " + row + ", " + NOW + ")");
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
