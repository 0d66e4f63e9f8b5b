package io.netrun.resilience.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingRequestWrapper;

/** Orders, filters, addresses, columns and the fleet of the dashboard, from prepared answers in a real browser. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "shop.settlement-cron=-")
class DashboardViewsTests extends PageInBrowser {

    private static final String HEALTHY = "{\"circuit-breaker\": {\"state\": \"closed\", \"calls\": 2}}";

    private static final String MANY =
            "{\"circuit-breaker\": {\"state\": \"closed\", \"calls\": 2}, \"retry\": {\"calls\": 1},"
                    + " \"bulkhead\": {\"maxConcurrent\": 5, \"maxQueue\": 5}, \"timeout\": {}, \"fallback\": {}, \"hedge\": {}}";

    @Autowired
    private LocalServer server;

    @Autowired
    private ResilienceRegistry registry;

    @Autowired
    private Answers answers;

    @TestConfiguration(proxyBeanMethods = false)
    static class Filters {

        @Bean
        Answers answers() {
            return new Answers();
        }

        @Bean
        Filter contentSecurityPolicy() {
            return (request, response, chain) -> {
                ((HttpServletResponse) response).setHeader("Content-Security-Policy", "default-src 'self'");
                chain.doFilter(request, response);
            };
        }
    }

    /** Answers for the page instead of the endpoint's, and what the page has sent. */
    static class Answers extends OncePerRequestFilter {

        private final List<String> sent = new CopyOnWriteArrayList<>();
        private volatile String overview = "";
        private volatile String name = "";
        private volatile String viewAge = "";
        private volatile CountDownLatch late = new CountDownLatch(0);

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            if (request.getRequestURI().endsWith("/resilience/overview")) {
                awaitLate();
                if (!viewAge.isEmpty()) {
                    response.setHeader("Resilience-Fleet-View-Age", viewAge);
                }
                if (!overview.isEmpty()) {
                    response.setContentType("application/json");
                    response.getOutputStream().write(overview.getBytes(StandardCharsets.UTF_8));
                    return;
                }
            } else if (!name.isEmpty() && request.getRequestURI().endsWith("/overview/payments")) {
                response.setContentType("application/json");
                response.getOutputStream().write(name.getBytes(StandardCharsets.UTF_8));
                return;
            } else if (request.getMethod().equals("POST")) {
                ContentCachingRequestWrapper read = new ContentCachingRequestWrapper(request, 10_000);
                chain.doFilter(read, response);
                sent.add(new String(read.getContentAsByteArray(), StandardCharsets.UTF_8));
                return;
            }
            chain.doFilter(request, response);
        }

        private void awaitLate() {
            try {
                late.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @BeforeEach
    void openPage() {
        answers.sent.clear();
        answers.viewAge = "";
        answer("", row("payments", "healthy", 2, 0, 0, HEALTHY));
        if (browser.getCurrentUrl().contains("/actuator/resilienceui")) {
            at("");
        } else {
            load("");
        }
        soon(() -> assertThat(names()).containsExactly("payments"));
    }

    @AfterEach
    void leaveNothingBehind() {
        answers.overview = "";
        answers.name = "";
        registry.find(CircuitBreaker.TYPE, "payments").orElseThrow().reset();
    }

    // ---- order

    @ParameterizedTest
    @CsvSource({
        "circuit-breaker, beta, alpha, gamma",
        "retry, gamma, alpha, beta",
        "bulkhead, alpha, gamma, beta",
        "timeout, beta, gamma, alpha",
        "rate-limiter, gamma, beta, alpha",
        "hedge, alpha, beta, gamma",
        "fallback, beta, alpha, gamma",
        "calls, gamma, beta, alpha",
        "failing, alpha, gamma, beta",
        "rejected, beta, gamma, alpha",
        "mean, gamma, alpha, beta",
        "worst, alpha, gamma, beta",
        "state, beta, alpha, gamma",
    })
    void columnShouldSortDownThenUpThenNotAtAll(String column, String first, String second, String third) {
        answer(
                "",
                Stream.of(
                                row("alpha", "failing", 10, 5, 0, """
                                        {"circuit-breaker": {"state": "half-open", "calls": 90}, "retry": {"calls": 2},
                                         "bulkhead": {"running": 9, "maxConcurrent": 10}, "timeout": {"failed": 0.1, "calls": 9},
                                         "rate-limiter": {"available": 9, "limit": 10}, "hedge": {"calls": 3}, "fallback": {"calls": 2}}""", "[10, 500, 900]"),
                                row("beta", "rejecting", 20, 1, 15, """
                                        {"circuit-breaker": {"state": "open", "calls": 1}, "retry": {"calls": 1},
                                         "bulkhead": {"running": 10, "maxConcurrent": 100, "calls": 90}, "timeout": {"failed": 3},
                                         "rate-limiter": {"available": 50, "limit": 100}, "hedge": {"calls": 2}, "fallback": {"calls": 3}}""", "[10, 100, 200]"),
                                row("gamma", "warning", 30, 3, 2, """
                                        {"circuit-breaker": {"state": "closed", "calls": 50}, "retry": {"calls": 1, "denied": 4},
                                         "bulkhead": {"running": 1, "waiting": 1, "maxConcurrent": 4}, "timeout": {"failed": 2},
                                         "rate-limiter": {"available": 1, "limit": 200}, "hedge": {"calls": 1}, "fallback": {"calls": 1}}""", "[10, 900, 800]"))
                        .collect(Collectors.joining(",")));
        soon(() -> assertThat(names()).containsExactly("beta", "alpha", "gamma"));
        press(column);
        assertThat(names()).containsExactly(first, second, third);
        assertThat(sorted(column)).isEqualTo("descending");
        assertThat(browser.getCurrentUrl()).endsWith("#sort=-" + column);
        press(column);
        assertThat(names()).containsExactly(third, second, first);
        assertThat(sorted(column)).isEqualTo("ascending");
        press(column);
        assertThat(names()).as("the worst first, as before").containsExactly("beta", "alpha", "gamma");
        assertThat(sorted(column)).isNull();
        assertThat(browser.getCurrentUrl()).doesNotContain("sort");
    }

    @Test
    void namesShouldBeSortedUpFirst() {
        answer(
                "",
                Stream.of("beta", "alpha", "gamma")
                        .map(name -> row(name, "healthy", 1, 0, 0, HEALTHY))
                        .collect(Collectors.joining(",")));
        soon(() -> assertThat(names()).hasSize(3));
        press("name");
        assertThat(names()).containsExactly("alpha", "beta", "gamma");
        assertThat(sorted("name")).isEqualTo("ascending");
        press("name");
        assertThat(names()).containsExactly("gamma", "beta", "alpha");
        press("name");
        assertThat(sorted("name")).isNull();
    }

    @Test
    void numbersWithinNamesShouldBeInOrder() {
        answer(
                "",
                Stream.of("svc-1", "svc-10", "svc-2")
                        .map(name -> row(name, "healthy", 1, 0, 0, HEALTHY))
                        .collect(Collectors.joining(",")));
        soon(() -> assertThat(names()).containsExactly("svc-1", "svc-2", "svc-10"));
    }

    private static void press(String column) {
        browser.findElement(By.cssSelector("thead .col-" + column + " button")).sendKeys(Keys.ENTER);
    }

    private static String sorted(String column) {
        return browser.findElement(By.cssSelector("thead .col-" + column)).getDomAttribute("aria-sort");
    }

    // ---- filters and addresses

    private void showLevels() {
        answer(
                "",
                Stream.of(
                                "rejecting",
                                "failing",
                                "forced",
                                "warning",
                                "observing",
                                "healthy",
                                "no-calls",
                                "not-measured")
                        .map(level -> row(
                                "is-" + level, level, 2, 0, 0, level.equals("failing") ? "{\"retry\": {}}" : HEALTHY))
                        .collect(Collectors.joining(",")));
        soon(() -> assertThat(names()).hasSize(8));
    }

    @Test
    void namesShouldBeFilteredByState() {
        showLevels();
        for (String level : List.of(
                "rejecting", "failing", "forced", "warning", "observing", "healthy", "no-calls", "not-measured")) {
            choose("level", level);
            soon(() -> assertThat(names()).containsExactly("is-" + level));
            assertThat(browser.getCurrentUrl()).endsWith("#state=" + level);
            assertThat(text("count")).startsWith("1 of 8 names");
        }
        at("#state=forced&pattern=retry");
        soon(() -> assertThat(browser.findElement(By.id("none")).isDisplayed()).isTrue());
        choose("level", "");
        soon(() -> assertThat(names()).containsExactly("is-failing"));
    }

    @Test
    void linkShouldShowTheSameWhenItIsLoadedAnew() {
        showLevels();
        load("#state=rejecting&pattern=circuit-breaker&group=pattern&sort=name");
        soon(() -> assertThat(names()).containsExactly("is-rejecting"));
        assertThat(value("level")).isEqualTo("rejecting");
        assertThat(value("pattern")).isEqualTo("circuit-breaker");
        assertThat(value("group")).isEqualTo("pattern");
        assertThat(browser.findElement(By.cssSelector("#rows tr.group")).getText())
                .startsWith("circuit breaker (1)");
        assertThat(sorted("name")).isEqualTo("ascending");
        load("#sort=-name");
        soon(() -> assertThat(names())
                .containsExactly(
                        "is-warning",
                        "is-rejecting",
                        "is-observing",
                        "is-not-measured",
                        "is-no-calls",
                        "is-healthy",
                        "is-forced",
                        "is-failing"));
        load("#name=payments&tab=actions");
        soon(() -> assertThat(text("panel-title")).isEqualTo("payments"));
        soon(() -> assertThat(browser.findElements(By.id("do-circuit-breaker-reset")))
                .isNotEmpty());
        at("");
    }

    /** As a browser does it: the driver reports the input before it has chosen. */
    private static void choose(String field, String option) {
        browser.executeScript(
                "const field = document.getElementById(arguments[0]); field.value = arguments[1];"
                        + " for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, {bubbles: true}))",
                field,
                option);
    }

    private static String value(String id) {
        return browser.findElement(By.id(id)).getDomProperty("value");
    }

    // ---- cells

    @Test
    void cellsShouldHaveTheirFigures() {
        answer("", row("payments", "healthy", 20, 0, 0, """
                {"circuit-breaker": {"state": "closed"}, "retry": {"budget": 87.6}, "timeout": {"failed": 0.2},
                 "bulkhead": {"running": 7, "waiting": 3, "maxConcurrent": 10}, "hedge": {"calls": 0.5}, "fallback": {"calls": 1.5}}""", "[40, 500, 1210]"));
        soon(() -> assertThat(row("payments").getText())
                .contains("budget 87", "0.2/s", "7 of 10 used, 3 queued", "0.5/s", "1.5/s", "13 ms", "1.2 s"));
        answer("", row("payments", "healthy", 20, 0, 0, """
                {"retry": {"calls": 0.3, "budget": 87.6}, "hedge": {"calls": 0.5, "denied": 2}}"""));
        soon(() -> assertThat(row("payments").getText()).contains("0.3/s", "0.5 / 2/s"));
    }

    @Test
    void unmeasuredAttemptsShouldSayHowToMeasureThem() {
        answers.overview = answers.overview.replace("\"attemptTimes\": true", "\"attemptTimes\": false");
        refresh();
        soon(() -> assertThat(text("count")).endsWith("attempt times are off: set resilience.observations.enabled"));
        assertThat(browser.findElements(By.cssSelector("thead .col-mean, thead .col-worst")))
                .isEmpty();
    }

    // ---- problems

    @Test
    void problemsAfterTheSixthShouldBeShownWhenAsked() {
        answer(
                IntStream.range(0, 8)
                        .mapToObj(i -> problem("name-" + i, "warning", "circuit disabled: calls pass unprotected", """
                                "users": ["Client.call"]"""))
                        .collect(Collectors.joining(",")),
                row("name-0", "warning", 2, 0, 0, HEALTHY));
        soon(() -> assertThat(cards()).hasSize(6));
        WebElement more = browser.findElement(By.id("more"));
        assertThat(more.getText()).isEqualTo("Show 2 more");
        more.sendKeys(Keys.ENTER);
        assertThat(cards()).hasSize(8);
        assertThat(more.getText()).isEqualTo("Show the worst only");
        more.sendKeys(Keys.ENTER);
        assertThat(cards()).hasSize(6);
    }

    @Test
    void cardShouldNameTheMethodsThatAreGuarded() {
        answer(
                problem("payments", "warning", "circuit disabled: calls pass unprotected", """
                        "users": ["Client.call", "io.shop.Other.ask(String)"], "moreUsers": 3"""),
                row("payments", "warning", 2, 0, 0, HEALTHY));
        soon(() -> assertThat(
                        browser.findElement(By.cssSelector("#problems > li")).getText())
                .contains("Effect: Callers of Client.call, Other.ask, and 3 more: nothing protects these calls"));
    }

    private static List<WebElement> cards() {
        return browser.findElements(By.cssSelector("#problems > li"));
    }

    // ---- the fleet

    private void fleet(String fleet, String age) {
        answers.viewAge = age;
        answers.overview = answers.overview.replaceFirst(
                "\"names\": 8", Matcher.quoteReplacement("\"fleet\": " + fleet + ", \"names\": 8"));
        refresh();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '$',
            value = {
                "{\"nodes\": 12, \"degraded\": false} | 0.8 | Fleet: 12 nodes, view 0.8 s old",
                "{\"nodes\": 12, \"degraded\": false} | 1.2 | Fleet: 12 nodes, view 1.2 s old",
                "{\"nodes\": 1, \"degraded\": false} | 59.9 | Fleet: 1 node, view 59.9 s old",
                "{\"nodes\": 3, \"degraded\": true} | 75.3 | Fleet: 3 nodes, view 1 min 15 s old, store away: shares are local",
                "{\"nodes\": 0, \"degraded\": false} | $$ | Fleet: 0 nodes, no view yet",
                "{\"nodes\": 12, \"degraded\": false} | $$ | Fleet: 12 nodes",
            })
    void headShouldSayHowOldTheViewOfTheFleetIs(String fleet, String age, String words) {
        fleet(fleet, age);
        soon(() -> assertThat(text("fleet")).isEqualTo(words));
        assertThat(browser.findElement(By.id("fleet")).isDisplayed()).isTrue();
        assertThat(text("node")).isEqualTo("a");
    }

    @Test
    void changeShouldBeForThisProcessOrForTheFleet() {
        at("#name=payments&tab=actions");
        soon(() -> assertThat(browser.findElements(By.id("do-circuit-breaker-reset")))
                .isNotEmpty());
        assertThat(browser.findElements(By.id("scope-actions")))
                .as("without a fleet there is nothing to choose")
                .isEmpty();
        at("");
        fleet("{\"nodes\": 2, \"degraded\": false}", "0.8");
        soon(() -> assertThat(text("fleet")).startsWith("Fleet: 2 nodes"));
        at("#name=payments&tab=actions");
        soon(() -> choose("scope-actions", "fleet"));
        assertThat(text("view")).contains("On this process only, whatever is chosen above.");
        ask("do-circuit-breaker-force-open");
        assertThat(text("question-text")).endsWith("soon on all nodes of the fleet.");
        agree();
        soon(() -> assertThat(text("outcome")).contains("Not done: force open", "This process belongs to no fleet"));
        soon(() -> assertThat(answers.sent)
                .last()
                .asString()
                .contains("\"action\":\"force-open\"", "\"scope\":\"fleet\""));
        ask("do-circuit-breaker-half-open");
        assertThat(text("question-text")).endsWith("on this process only.");
        agree();
        soon(() -> assertThat(text("outcome")).contains("Done: half-open"));
        soon(() ->
                assertThat(answers.sent).last().asString().contains("half-open").doesNotContain("scope"));
        awaitPolls(3);
        assertThat(value("scope-actions")).as("kept while the state changes").isEqualTo("fleet");
        choose("scope-actions", "node");
        ask("do-circuit-breaker-reset");
        agree();
        soon(() -> assertThat(text("outcome")).contains("Done: reset"));
        soon(() -> assertThat(answers.sent).last().asString().contains("reset").doesNotContain("fleet"));
    }

    @Test
    void settingsShouldSayHowLongTheyLast() {
        fleet("{\"nodes\": 2, \"degraded\": false}", "0.8");
        soon(() -> assertThat(text("fleet")).startsWith("Fleet: 2 nodes"));
        at("#name=reports&tab=settings");
        soon(() -> browser.findElement(By.id("bulkhead-maxConcurrent")).sendKeys("0"));
        preview();
        assertThat(text("question-text")).endsWith("on this process only. It lasts until the process ends.");
        browser.switchTo().activeElement().sendKeys(Keys.ESCAPE);
        choose("scope-bulkhead", "fleet");
        preview();
        assertThat(text("question-text"))
                .contains("all nodes of the fleet")
                .endsWith("It lasts until each process ends; those that start in the next seven days begin with it.");
        browser.switchTo().activeElement().sendKeys(Keys.ESCAPE);
        assertThat(answers.sent)
                .as("nothing is changed: settings are checked only")
                .allSatisfy(sent -> assertThat(sent).asString().contains("\"action\":\"check\""));
    }

    private static void preview() {
        browser.findElement(By.id("bulkhead-maxConcurrent")).sendKeys(Keys.ENTER);
        soon(() ->
                assertThat(browser.findElement(By.id("question")).isDisplayed()).isTrue());
    }

    private static void ask(String id) {
        soon(() -> browser.findElement(By.id(id)).sendKeys(Keys.ENTER));
        soon(() ->
                assertThat(browser.findElement(By.id("question")).isDisplayed()).isTrue());
    }

    private static void agree() {
        browser.findElement(By.id("yes")).sendKeys(Keys.ENTER);
    }

    // ---- what operators did

    @Test
    void changesShouldSayUntilWhenTheyLast() {
        changes(
                change("force-open", "\"state\": \"forced-open\"", """
                        "until": "it is half-opened or reset\""""),
                change("settings", "\"maxQueue\": \"4\"", """
                        "until": "the process ends", "replaced": {"maxWait": "ENDED"}, "startersUntil": "2026-12-06T11:02:40Z", "scope": "fleet\""""),
                change("disable", "\"state\": \"disabled\"", """
                        "until": "it is half-opened or reset", "ended": "ENDED\""""),
                change("reset", "\"state\": \"closed\"", "\"reason\": \"over\""));
        soon(() ->
                assertThat(browser.findElements(By.cssSelector("#changes li"))).hasSize(4));
        List<String> lines = browser.findElements(By.cssSelector("#changes li")).stream()
                .map(line -> line.getDomProperty("textContent").replaceAll("[\\u00a0\\u202f]", " "))
                .toList();
        assertThat(lines.get(0))
                .endsWith("force open circuit breaker mail: unknown → forced open, until it is half-opened or reset");
        assertThat(lines.get(1))
                .contains(
                        "settings circuit breaker mail on all nodes",
                        "maxQueue: none → 4, maxWait until ",
                        ", the rest until the process ends, also on nodes that start before 2026-12-06 ");
        assertThat(lines.get(2))
                .containsPattern("unknown → disabled, until \\d+:\\d\\d:\\d\\d")
                .doesNotContain("half-opened");
        assertThat(lines.get(3)).endsWith("unknown → closed; reason: over");
    }

    private void changes(String... changes) {
        answers.overview = answers.overview.replace(
                "\"changes\": []",
                "\"changes\": ["
                        + String.join(",", changes)
                                .replace("ENDED", Instant.now().minusSeconds(60).toString())
                        + "]");
        refresh();
    }

    private static String change(String action, String after, String more) {
        String scope = more.contains("scope") ? "" : ", \"scope\": \"node\"";
        return """
                {"time": "%s", "principal": "alice", "pattern": "circuit-breaker", "name": "mail", "action": "%s", "before": {}, "after": {%s}%s, %s}""".formatted(Instant.now().minusSeconds(100), action, after, scope, more);
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void listAndQuestionShouldFitAPhone(String scheme) {
        show(390, 844, scheme);
        try {
            fleet("{\"nodes\": 12, \"degraded\": true}", "75.3");
            changes(change("force-open", "\"state\": \"forced-open\"", """
                    "until": "it is half-opened or reset", "reason": "the-database-of-payments-moves-to-new-hosts-until-noon-and-longer\""""));
            soon(() -> assertThat(browser.findElements(By.cssSelector("#changes li")))
                    .hasSize(1));
            soon(() -> assertThat(text("fleet")).contains("12 nodes"));
            browser.executeScript("document.getElementById('audit').open = true");
            assertThat(sticksOut()).as("with the list").isEqualTo(false);
            assertThat(barriers()).isEmpty();
            at("#name=payments&tab=actions");
            ask("do-circuit-breaker-force-open");
            assertThat(browser.executeScript("const box = document.getElementById('question').getBoundingClientRect();"
                            + " return box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight"))
                    .as("the question is seen whole")
                    .isEqualTo(true);
            assertThat(barriers()).as("with the question").isEmpty();
            browser.switchTo().activeElement().sendKeys(Keys.ESCAPE);
        } finally {
            showAsBefore();
        }
    }

    // ---- while the page asks again and again

    @Test
    void formShouldBeKeptWhileThePageAsks() {
        at("#name=reports&tab=settings");
        soon(() -> browser.findElement(By.id("bulkhead-maxConcurrent")).sendKeys("17"));
        WebElement field = browser.findElement(By.id("bulkhead-maxConcurrent"));
        String typed = field.getDomProperty("value");
        awaitPolls(3);
        assertThat(field.getDomProperty("value")).isEqualTo(typed).endsWith("17");
        assertThat(browser.switchTo().activeElement()).isEqualTo(field);
    }

    @Test
    void lateOverviewShouldBeSaid() {
        answers.late = new CountDownLatch(1);
        try {
            await().atMost(Duration.ofSeconds(40))
                    .untilAsserted(() -> assertThat(text("connection"))
                            .startsWith("Not reachable since ")
                            .endsWith("The data below is outdated."));
        } finally {
            answers.late.countDown();
            refresh();
        }
        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> assertThat(text("connection")).isEmpty());
    }

    // ---- beside the panel

    @ParameterizedTest
    @CsvSource({"1100, 1", "1280, 1", "1280, 2", "1920, 2"})
    void longSentenceShouldNotReachUnderThePanel(int width, int problems) {
        show(width, 800, "light");
        try {
            String flapping =
                    "{\"kind\": \"flapping\", \"pattern\": \"circuit-breaker\", \"opened\": 6, \"since\": \"2026-11-29T10:32:11Z\","
                            + " \"closedSince\": \"2026-11-29T10:39:11Z\", \"lastFailure\": {\"time\": \"2026-11-29T10:39:01Z\","
                            + " \"thrown\": \"HttpServerErrorException: 503 the payments are down for as long as it takes to mend\"}}";
            answer(
                    Stream.of("settlement-accounts-of-the-bank", "payments")
                            .limit(problems)
                            .map(name -> "{\"name\": \"" + name
                                    + "\", \"level\": \"warning\", \"users\": [], \"causes\": [" + flapping + "]}")
                            .collect(Collectors.joining(",")),
                    Stream.of("payments", "mail", "reports", "exchange-rates-of-the-bank")
                            .map(name -> row(name, "healthy", 2, 0, 0, HEALTHY)
                                    .replace("159-21c", "150-10w10o10c")
                                    .replace(
                                            "\"level\": \"healthy\", ",
                                            name.startsWith("exchange")
                                                    ? "\"slower\": {\"attemptMillis\": 1500, \"before\": 35, \"since\": \"2026-11-29T10:32:11Z\"}, "
                                                    : ""))
                            .collect(Collectors.joining(",")));
            at("#name=payments");
            soon(() -> assertThat(browser.findElement(By.id("panel")).isDisplayed())
                    .isTrue());
            soon(() -> assertThat(cards()).hasSize(problems));
            soon(() -> assertThat(text("headline")).contains("healthy now"));
            assertThat((List<?>) browser.executeScript(
                            "const edge = document.getElementById('panel').getBoundingClientRect().left, found = [];"
                                    + " for (const root of [document.getElementById('head'), document.getElementById('trouble')]) {"
                                    + "   const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);"
                                    + "   while (texts.nextNode()) {"
                                    + "     const range = document.createRange();"
                                    + "     range.selectNodeContents(texts.currentNode);"
                                    + "     const cut = texts.currentNode.parentElement.closest('#headline-others')?.getBoundingClientRect().right;"
                                    + "     const right = Math.max(...[...range.getClientRects()].map(each => each.right), 0);"
                                    + "     if (Math.min(right, cut ?? right) > edge) found.push([texts.currentNode.data, right]);"
                                    + "   }"
                                    + " } return found"))
                    .isEmpty();
        } finally {
            showAsBefore();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1280, 1920, 390})
    void focusShouldReturnToTheNameThatOpenedThePanel(int width) {
        show(width, 800, "light");
        try {
            answer(
                    "",
                    Stream.of("mail", "payments", "reports")
                            .map(name -> row(name, "healthy", 2, 0, 0, MANY))
                            .collect(Collectors.joining(",")));
            soon(() -> assertThat(names()).hasSize(3));
            row("payments").findElement(By.tagName("a")).sendKeys(Keys.ENTER);
            soon(() -> assertThat(browser.switchTo().activeElement().getDomAttribute("id"))
                    .isEqualTo("panel-title"));
            soon(() -> assertThat(text("view")).doesNotContain("Loading"));
            browser.switchTo().activeElement().sendKeys(Keys.ESCAPE);
            // The columns that have room again are laid out after it.
            soon(() -> assertThat(browser.findElement(By.id("panel")).isDisplayed())
                    .isFalse());
            browser.executeAsyncScript("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))");
            assertThat(browser.switchTo().activeElement())
                    .isEqualTo(row("payments").findElement(By.tagName("a")));
        } finally {
            showAsBefore();
        }
    }

    @Test
    void focusShouldGoToTheRowWhereALinkOpenedThePanel() {
        load("#name=payments");
        soon(() -> assertThat(browser.switchTo().activeElement().getDomAttribute("id"))
                .isEqualTo("panel-title"));
        browser.switchTo().activeElement().sendKeys(Keys.ESCAPE);
        browser.executeAsyncScript("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))");
        assertThat(browser.switchTo().activeElement()).isEqualTo(row("payments").findElement(By.tagName("a")));
    }

    @Test
    void escapeShouldCloseThePanelWhereverTheFocusIs() {
        openPanel("#name=payments");
        browser.executeScript("document.activeElement.blur()");
        escape();
        soon(() -> assertThat(panel().isDisplayed()).isFalse());
        assertThat(browser.switchTo().activeElement())
                .as("which is nowhere else")
                .isEqualTo(row("payments").findElement(By.tagName("a")));
        openPanel("#name=payments");
        browser.executeScript("document.getElementById('level').focus()");
        escape();
        soon(() -> assertThat(panel().isDisplayed()).isFalse());
        assertThat(browser.switchTo().activeElement().getDomAttribute("id"))
                .as("which stays where it is")
                .isEqualTo("level");
    }

    @Test
    void escapeShouldEndOnlyWhatIsBeingDone() {
        openPanel("#name=reports&tab=settings");
        soon(() -> browser.findElement(By.id("bulkhead-maxConcurrent")).sendKeys("0"));
        escape();
        awaitPolls(1);
        assertThat(panel().isDisplayed()).as("a field with changes").isTrue();
        preview();
        escape();
        soon(() ->
                assertThat(browser.findElement(By.id("question")).isDisplayed()).isFalse());
        awaitPolls(1);
        assertThat(panel().isDisplayed()).as("a question").isTrue();
        browser.executeScript("const text = document.getElementById('text'); text.focus(); text.value = 'mail';");
        escape();
        awaitPolls(1);
        assertThat(panel().isDisplayed()).as("a filter").isTrue();
        escape();
        soon(() -> assertThat(panel().isDisplayed()).isFalse());
    }

    private void openPanel(String fragment) {
        load(fragment);
        soon(() -> assertThat(browser.switchTo().activeElement().getDomAttribute("id"))
                .isEqualTo("panel-title"));
    }

    private static void escape() {
        new org.openqa.selenium.interactions.Actions(browser)
                .sendKeys(Keys.ESCAPE)
                .perform();
    }

    private static WebElement panel() {
        return browser.findElement(By.id("panel"));
    }

    // ---- on a wide screen

    @Test
    void mergedTrialsOfARowShouldHaveTheirCount() {
        show(1920, 1080, "light");
        try {
            load("");
            StringBuilder states = new StringBuilder("[\"c\", 600000]");
            for (int trial = 0; trial < 7; trial++) {
                states.append(", [\"o\", %d], [\"h\", %d]".formatted(500_000 - trial * 7_000, 494_000 - trial * 7_000));
            }
            answer(
                    "",
                    row("payments", "healthy", 2, 0, 0, "{\"circuit-breaker\": {\"state\": \"closed\", \"calls\": 2}}")
                            .replace("159-21c", "80c10o90c")
                            .replace("\"cells\"", "\"states\": [" + states + ", [\"c\", 450000]], \"cells\""));
            soon(() -> assertThat(row("payments")
                            .findElement(By.className("trial-count"))
                            .getText())
                    .isEqualTo("7"));
            assertThat(barriers()).isEmpty();
        } finally {
            showAsBefore();
        }
    }

    @Test
    void nameShouldNotBeCutWhereThereIsRoom() {
        show(1920, 1080, "light");
        try {
            load("");
            answer(
                    "",
                    row("database", "healthy", 2, 0, 0, HEALTHY)
                            .replace(
                                    "\"cells\"", "\"leftOut\": [\"OrderRepository.salesReportOfTheYear\"], \"cells\""));
            soon(() -> assertThat(row("database").getText()).contains("without salesReportOfTheYear"));
            assertThat(
                            browser.executeScript(
                                    "const name = document.querySelector('#rows th'); return name.scrollWidth <= name.clientWidth"))
                    .isEqualTo(true);
        } finally {
            showAsBefore();
        }
    }

    // ---- on a phone

    @Test
    void headOfAPhoneShouldLeaveRoomForTheCards() {
        show(390, 844, "light");
        try {
            load("");
            String often =
                    "{\"kind\": \"half-open\", \"pattern\": \"circuit-breaker\", \"since\": \"2026-11-29T10:34:49Z\","
                            + " \"onAndOffSince\": \"2026-11-29T10:32:11Z\", \"forcedBefore\": {\"by\": \"anna.anderson\"},"
                            + " \"lastFailure\": {\"thrown\": \"HttpClientErrorException$TooManyRequests: 429\"}}";
            String problem = "{\"name\": \"NAME\", \"level\": \"warning\", \"users\": [], \"causes\": [" + often + "]}";
            answer(
                    Stream.of("settlement-accounts", "reports", "mail")
                            .map(name -> problem.replace("NAME", name))
                            .collect(Collectors.joining(",")),
                    row("settlement-accounts", "warning", 2, 2, 0, HEALTHY));
            soon(() -> assertThat(cards()).hasSize(3));
            assertThat((Long) browser.executeScript("return Math.round(document.getElementById('head').offsetHeight)"))
                    .isLessThanOrEqualTo(120);
            assertThat(text("headline")).startsWith("settlement-accounts: ");
            assertThat(sticksOut()).isEqualTo(false);
        } finally {
            showAsBefore();
        }
    }

    @Test
    void sentenceShouldStayInSightOnAPhone() {
        show(390, 844, "light");
        try {
            load("");
            answer(
                    IntStream.range(0, 8)
                            .mapToObj(
                                    i -> problem("name-" + i, "failing", "calls fail", "\"users\": [\"Client.call\"]"))
                            .collect(Collectors.joining(",")),
                    row("name-0", "failing", 2, 2, 0, HEALTHY));
            soon(() -> assertThat(cards()).hasSize(6));
            assertThat(
                            browser.executeScript(
                                    "return document.getElementById('headline').getBoundingClientRect().top < document.getElementById('application').getBoundingClientRect().top"))
                    .as("the news come first")
                    .isEqualTo(true);
            browser.executeScript("scrollTo(0, document.documentElement.scrollHeight)");
            assertThat(browser.executeScript("const at = document.getElementById('headline').getBoundingClientRect();"
                            + " return [scrollY > 400, at.top >= 0, at.bottom < innerHeight / 4]"))
                    .isEqualTo(List.of(true, true, true));
            assertThat(browser.findElement(By.id("pause")).isDisplayed()).isFalse();
            browser.findElement(By.id("menu")).sendKeys(Keys.ENTER);
            assertThat(browser.findElement(By.id("pause")).isDisplayed()).isTrue();
            browser.findElement(By.id("menu")).sendKeys(Keys.ENTER);
            assertThat(browser.findElement(By.id("level")).isDisplayed()).isFalse();
            browser.findElement(By.id("filters")).sendKeys(Keys.ENTER);
            assertThat(browser.findElement(By.id("level")).isDisplayed()).isTrue();
            browser.findElement(By.id("filters")).sendKeys(Keys.ENTER);
            assertThat(sticksOut()).isEqualTo(false);
            assertThat(barriers()).isEmpty();
        } finally {
            browser.executeScript("scrollTo(0, 0)");
            showAsBefore();
        }
    }

    // ---- the chart

    @Test
    void timelineShouldStackAllCallsAndHaveTheWaits() {
        String zeros = "0,".repeat(170);
        answers.name = """
                {"name": "payments", "sampled": "%s", "sampleSeconds": 5, "chains": {}, "patterns": {
                 "bulkhead": {"settings": {}, "forms": [], "actions": [], "lane": "170-10c", "samples": {"calls": [%s10,10,10,10,10,10,10,10,10,10], "waiting": [%s0,0,0,0,0,0,0,0,1,2], "longestWait": [%s0,0,0,0,0,0,0,0,40,1200]}},
                 "retry": {"settings": {}, "forms": [], "actions": [], "lane": "170-10c", "samples": {"calls": [%s0,0,0,0,0,0,0,5,5,5]}},
                 "circuit-breaker": {"state": "open", "settings": {}, "forms": [], "actions": [], "lane": "170-7c3o", "samples": {"calls": [%s10,10,10,10,10,10,10,5,0,0], "failed": [%s0,0,0,0,0,0,0,5,0,0], "rejected": [%s0,0,0,0,0,0,0,5,10,10]},
                  "recentEvents": [{"event": "stateChanged", "time": "%s", "from": "closed", "to": "open", "reason": "a trial failed"}]}}}""".formatted(
                        Instant.now(),
                        zeros,
                        zeros,
                        zeros,
                        zeros,
                        zeros,
                        zeros,
                        zeros,
                        Instant.now().minusSeconds(12));
        at("#name=payments&tab=timeline");
        soon(() -> assertThat(browser.findElement(By.cssSelector("#view .keys")).getText())
                .contains(
                        "succeeded 0/s",
                        "failed 0/s",
                        "rejected 2/s",
                        "retries 1/s",
                        "waiting 2",
                        "longest wait 1.2 s"));
        assertThat(browser.findElements(By.cssSelector("#view .chart canvas")))
                .as("calls, those that wait, and how long")
                .hasSize(3);
        assertThat(
                        (List<?>)
                                browser.executeScript(
                                        "return [...new Set([...document.querySelectorAll('#view .swatch polyline, #view .swatch rect')].map(each =>"
                                                + " { const style = getComputedStyle(each); return [each.tagName, style.fill, style.stroke, style.strokeDasharray].join(); }))]"))
                .as("no two look alike")
                .hasSize(6);
        WebElement chart = browser.findElement(By.cssSelector("#view .chart"));
        chart.sendKeys(Keys.ARROW_LEFT, Keys.ARROW_LEFT);
        assertThat(text("reading"))
                .contains("calls 2/s: 1/s failed, 1/s rejected")
                .contains("retries 1/s");
        new org.openqa.selenium.interactions.Actions(browser)
                .moveToElement(chart, chart.getRect().getWidth() / 2 - 12, 0)
                .perform();
        soon(() -> assertThat(text("reading"))
                .as("under the mouse")
                .contains("calls 2/s: 2/s rejected", "longest wait 1.2 s"));
        assertThat(browser.findElement(By.cssSelector("#view .events")).getText())
                .as("a reason that does not fit")
                .contains("closed → open")
                .doesNotContain("trial");
        chart.sendKeys(Keys.ESCAPE);
    }

    @Test
    void timelineOfASlowNameShouldShowThatItIsSlow() {
        String times = "0,".repeat(120) + "33,0,34,".repeat(10) + "1800,0,0,".repeat(9) + "1700,0,0";
        answers.name = """
                {"name": "payments", "sampled": "%s", "sampleSeconds": 5, "chains": {}, "patterns": {
                 "circuit-breaker": {"state": "closed", "settings": {}, "forms": [], "actions": [], "lane": "120-60c", "samples": {"calls": [%s1]}}},
                 "attempts": {"lane": "120-30c30s", "samples": {"mean": [%s]}}}""".formatted(Instant.now(), "0,".repeat(179), times);
        at("#name=payments&tab=timeline");
        soon(() -> assertThat(browser.findElement(By.cssSelector("#view .keys")).getText())
                .as("the latest that is known")
                .contains("attempt time 1.7 s"));
        assertThat(browser.findElement(By.cssSelector("#view .lanes")).getText())
                .contains("healthy", "slower");
        assertThat(browser.findElements(By.cssSelector("#view .chart canvas"))).hasSize(2);
        assertThat(browser.findElement(By.cssSelector("#view .events")).getText())
                .contains("attempts", "◔", "begin to take longer than before, until now");
        WebElement chart = browser.findElement(By.cssSelector("#view .chart"));
        chart.sendKeys(Keys.ARROW_LEFT, Keys.ARROW_LEFT);
        assertThat(text("reading")).contains("attempts slower", "attempt time 1.7 s");
        chart.sendKeys(Keys.PAGE_UP, Keys.PAGE_UP, Keys.PAGE_UP, Keys.ARROW_LEFT);
        assertThat(text("reading")).as("before").contains("attempts healthy", "attempt time 34 ms");
        assertThat(barriers()).isEmpty();
    }

    @Test
    void legendShouldHaveTheRatesOfTheTable() {
        answers.name = """
                {"name": "payments", "sampled": "%s", "sampleSeconds": 5, "chains": {}, "patterns": {
                 "bulkhead": {"settings": {}, "forms": [], "actions": [], "lane": "170-10c", "samples": {"calls": [%s10,10,10,10,10,10,10,10,10,20], "running": [%s1,1,1,1,1,1,1,1,1,3]}}}}""".formatted(Instant.now(), "0,".repeat(170), "0,".repeat(170));
        at("#name=payments&tab=timeline");
        soon(() -> assertThat(browser.findElement(By.cssSelector("#view .keys")).getText())
                .as("of two samples; how many run is that of the last one")
                .contains("succeeded 3/s", "running 3"));
        String row = row("payments", "healthy", 4, 0, 0, HEALTHY);
        answer("", row.replace("\"lane\"", "\"seconds\": 5, \"lane\""));
        at("#name=payments");
        at("#name=payments&tab=timeline");
        soon(() -> assertThat(browser.findElement(By.cssSelector("#view .keys")).getText())
                .as("of one sample since the circuit opened")
                .contains("succeeded 4/s"));
    }

    // ---- odd answers

    /** Whatever is missing in an answer, no view prints what a script makes of it. */
    @Test
    void missingFiguresShouldNotBePrinted() {
        answer(
                problem("payments", "failing", "calls fail", "\"change\": \"slow\", \"share\": null"),
                "{\"name\": \"payments\", \"level\": \"failing\", \"lane\": \"159-21c\", \"cells\": {\"circuit-breaker\": {\"state\": \"closed\"},"
                        + " \"bulkhead\": {}, \"retry\": {}, \"timeout\": {}, \"rate-limiter\": {}, \"hedge\": {}, \"fallback\": {}}},"
                        + "{\"name\": \"idle\", \"cells\": {}}");
        changes(
                "{\"time\": \"" + Instant.now()
                        + "\", \"principal\": null, \"pattern\": \"circuit-breaker\", \"name\": \"payments\", \"action\": \"reset\", \"after\": {}}");
        answers.name = """
                {"name": "payments", "sampled": "%s", "sampleSeconds": 5, "chains": {"io.shop.Client.call(String)": [PATTERNS]}, "patterns": {DETAILS}}""".formatted(Instant.now())
                .replace("PATTERNS", patterns("{\"pattern\": \"%s\", \"name\": \"payments\"}"))
                .replace(
                        "DETAILS",
                        patterns(
                                "\"%s\": {\"settings\": {\"odd\": {\"value\": null}}, \"forms\": [], \"actions\": [], \"lane\": \"170-10c\", \"samples\": {\"calls\": [1]},"
                                        + " \"recentEvents\": [{\"event\": \"stateChanged\", \"time\": \""
                                        + Instant.now() + "\"}], \"lastFailures\": [{\"time\": \"" + Instant.now()
                                        + "\"}]}"));
        for (String tab : List.of("now", "timeline", "failures", "settings", "actions")) {
            at("#name=payments&tab=" + tab);
            soon(() -> assertThat(text("view")).doesNotContain("Loading").isNotEmpty());
            soon(() -> assertThat(browser.findElement(By.id("tab-" + tab)).getDomAttribute("aria-selected"))
                    .isEqualTo("true"));
            assertThat((List<?>) browser.executeScript("const odd = /NaN|undefined|null|Invalid|Infinity/, found = [];"
                            + " for (const each of document.querySelectorAll('body, body *')) {"
                            + " for (const node of each.childNodes) if (node.nodeType === 3 && odd.test(node.data)) found.push(node.data);"
                            + " for (const {name, value} of each.attributes) if (odd.test(value)) found.push(each.tagName + ' ' + name + ' ' + value); }"
                            + " return found"))
                    .as(tab)
                    .isEmpty();
        }
    }

    /** Failures, reasons, operators and methods come from outside. */
    @Test
    void contentWithMarkupShouldBeShownAsText() {
        String markup = "<img src=x onerror=document.title='harmed'>";
        answer(
                problem("payments", "failing", "calls fail", "\"users\": [\"" + markup + "\"]")
                        .replace(
                                "\"action\"",
                                "\"lastFailure\": {\"time\": \"SINCE\", \"thrown\": \"IOException: " + markup
                                        + "\"}, \"action\""),
                row("payments", "failing", 2, 2, 0, HEALTHY));
        changes(change("reset", "\"" + markup + "\": \"" + markup + "\"", "\"reason\": \"" + markup + "\"")
                .replace("alice", markup));
        answers.name =
                """
                {"name": "payments", "sampled": "NOW", "sampleSeconds": 5, "chains": {"MARKUP": []}, "patterns": {"circuit-breaker": {"state": "MARKUP", "settings": {"MARKUP": {"value": "MARKUP", "origin": "MARKUP"}},
                 "forms": [], "actions": [], "lane": "170-10c", "samples": {}, "odd": "MARKUP", "lastFailures": [{"time": "NOW", "thrown": "MARKUP: MARKUP"}],
                 "recentEvents": [{"event": "stateChanged", "time": "NOW", "from": "MARKUP", "to": "open", "reason": "MARKUP"}, {"event": "retrying", "time": "NOW", "failure": "MARKUP: MARKUP"}]}}}""".replace("MARKUP", markup).replace("NOW", Instant.now().toString());
        soon(() -> assertThat(
                        browser.findElement(By.cssSelector("#problems > li")).getText())
                .contains("Callers of " + markup, "IOException: “" + markup));
        soon(() -> assertThat(text("changes")).contains(markup + ": reset", "; reason: " + markup));
        for (String tab : List.of("now", "timeline", "failures", "settings")) {
            at("#name=payments&tab=" + tab);
            soon(() -> assertThat(browser.findElement(By.id("tab-" + tab)).getDomAttribute("aria-selected"))
                    .isEqualTo("true"));
            soon(() -> assertThat(text("view")).as(tab).contains(markup));
        }
        assertThat(browser.findElements(By.tagName("img"))).isEmpty();
        assertThat(browser.getTitle()).endsWith("Resilience");
    }

    private static String patterns(String each) {
        return Stream.of("fallback", "timeout", "bulkhead", "rate-limiter", "retry", "hedge", "circuit-breaker")
                .map(each::formatted)
                .collect(Collectors.joining(", "));
    }

    // ---- everyone

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void viewsShouldHaveNoBarrierThatAxeKnows(String scheme) {
        show(1280, 900, scheme);
        try {
            answer(
                    problem("mail", "failing", "calls fail", "\"users\": [\"Client.call\"], \"share\": 0.5") + ","
                            + problem("payments", "warning", "circuit half-open: trials decide", "\"users\": []"),
                    row("mail", "failing", 10, 5, 0, HEALTHY) + "," + row("payments", "warning", 2, 0, 0, HEALTHY) + ","
                            + row("stock", "observing", 2, 0, 0, HEALTHY));
            fleet("{\"nodes\": 12, \"degraded\": false}", "0.8");
            changes(change("force-open", "\"state\": \"forced-open\"", "\"until\": \"it is half-opened or reset\""));
            soon(() -> assertThat(cards()).hasSize(2));
            soon(() -> assertThat(text("fleet")).contains("12 nodes"));
            browser.executeScript("document.getElementById('audit').open = true");
            assertThat(barriers())
                    .as("no panel, the fleet, failing and warning, the list of changes")
                    .isEmpty();
            at("#group=pattern");
            soon(() -> assertThat(browser.findElements(By.cssSelector("#rows tr.group")))
                    .isNotEmpty());
            assertThat(barriers()).as("grouped").isEmpty();
            at("#name=payments");
            soon(() -> assertThat(text("view")).contains("the method"));
            assertThat(barriers()).as("now").isEmpty();
            at("#name=payments&tab=failures");
            soon(() -> assertThat(text("view")).contains("ailure"));
            assertThat(barriers()).as("failures").isEmpty();
        } finally {
            showAsBefore();
        }
    }

    // ---- prepared answers

    private void answer(String problems, String rows) {
        Instant now = Instant.now();
        answers.overview = """
                {"head": {"application": "shop", "node": "a", "started": "2026-11-29T10:00:00Z", "sampled": "NOW", "sampleSeconds": 5, "samples": 180,
                 "names": 8, "attemptTimes": true}, "problems": [%s], "names": [%s], "changes": []}""".formatted(problems, rows)
                .replace("SINCE", now.minusSeconds(101).toString())
                .replace("NOW", now.toString());
        refresh();
    }

    private static String problem(String name, String level, String text, String more) {
        String kind = text.contains("fail") ? "failing" : text.contains("half-open:") ? "half-open" : "disabled";
        return """
                {"name": "%s", "level": "%s", "causes": [{"kind": "%s", "pattern": "circuit-breaker", "text": "%s", "since": "SINCE", "action": "reset"}], %s}""".formatted(name, level, kind, text, more);
    }

    private static String row(String name, String level, double calls, double failed, double rejected, String cells) {
        return row(name, level, calls, failed, rejected, cells, null);
    }

    private static String row(
            String name, String level, double calls, double failed, double rejected, String cells, String attempts) {
        return """
                {"name": "%s", "level": "%s", "calls": %s, "failed": %s, "rejected": %s, "lane": "159-21c", %s"cells": %s}""".formatted(
                        name,
                        level,
                        calls,
                        failed,
                        rejected,
                        attempts == null ? "" : "\"attempts\": " + attempts + ", ",
                        cells);
    }

    private static List<String> names() {
        return ((List<?>) browser.executeScript(
                        "return [...document.querySelectorAll('#rows th a')].map(link => link.textContent)"))
                .stream().map(String::valueOf).toList();
    }

    private static WebElement row(String name) {
        return browser.findElement(By.xpath("//tbody//th/a[.='" + name + "']/ancestor::tr"));
    }

    private void load(String fragment) {
        browser.get("about:blank");
        browser.get(server.uri("/actuator/resilienceui") + fragment);
        soon(() -> assertThat(browser.findElements(By.cssSelector("#rows tr"))).isNotEmpty());
    }

    private static void at(String fragment) {
        browser.executeScript(
                "history.pushState(null, '', location.pathname + arguments[0]);"
                        + " dispatchEvent(new Event('address'))",
                fragment);
    }

    private static Object sticksOut() {
        return browser.executeScript("return document.documentElement.scrollWidth > innerWidth");
    }
}
