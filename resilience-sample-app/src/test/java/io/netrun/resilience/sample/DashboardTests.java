package io.netrun.resilience.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.logging.LogType;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * The dashboard in a real browser. Left out without Chromium, unless the environment's BROWSER_TESTS is "required". One
 * browser and one page for all tests, since loading is what takes time.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "shop.settlement-cron=-")
class DashboardTests extends PageInBrowser {

    private static final String MARKUP = "<img src=x onerror=document.title='harmed'>";

    @Autowired
    private LocalServer server;

    @Autowired
    private ResilienceRegistry registry;

    @Autowired
    private Obstacles obstacles;

    private CircuitBreaker payments;
    private Instant since = Instant.EPOCH;

    @TestConfiguration(proxyBeanMethods = false)
    static class Filters {

        @Bean
        Filter contentSecurityPolicy() {
            return (request, response, chain) -> {
                ((HttpServletResponse) response).setHeader("Content-Security-Policy", "default-src 'self'");
                chain.doFilter(request, response);
            };
        }

        @Bean
        Obstacles obstacles() {
            return new Obstacles();
        }
    }

    /** What may be in the way of the page's requests. */
    static class Obstacles extends OncePerRequestFilter {

        private final List<Long> asked = new CopyOnWriteArrayList<>();
        private volatile boolean outage;
        private volatile boolean readOnly;
        private volatile boolean forbidden;
        private volatile boolean elsewhere;
        private volatile String prepared = "";
        private volatile String preparedName = "";
        private volatile CountDownLatch late = new CountDownLatch(0);

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            String path = request.getRequestURI();
            if (outage && path.endsWith("/resilience/overview")) {
                asked.add(System.nanoTime());
                response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            } else if (!prepared.isEmpty() && path.endsWith("/resilience/overview")) {
                response.setContentType("application/json");
                response.getOutputStream().write(prepared.getBytes(StandardCharsets.UTF_8));
            } else if (!preparedName.isEmpty() && path.endsWith("/overview/payments")) {
                response.setContentType("application/json");
                response.getOutputStream().write(preparedName.getBytes(StandardCharsets.UTF_8));
            } else if (forbidden && "POST".equals(request.getMethod())) {
                response.setStatus(HttpServletResponse.SC_FORBIDDEN);
            } else if (readOnly && path.endsWith("/resilienceui")) {
                String on = "\"resilience-writable\" content=\"true\"";
                replace(on, on.replace("true", "false"), request, response, chain);
            } else if (elsewhere && path.endsWith("/resilience/overview")) {
                replace("\"node\":\"[^\"]*\"", "\"node\":\"elsewhere\"", request, response, chain);
            } else {
                if (path.endsWith("/overview/payments")) {
                    awaitLate();
                }
                chain.doFilter(request, response);
            }
        }

        private static void replace(
                String pattern,
                String replacement,
                HttpServletRequest request,
                HttpServletResponse response,
                FilterChain chain)
                throws ServletException, IOException {
            ContentCachingResponseWrapper caught = new ContentCachingResponseWrapper(response);
            chain.doFilter(request, caught);
            String content = new String(caught.getContentAsByteArray(), StandardCharsets.UTF_8);
            caught.resetBuffer();
            caught.getOutputStream()
                    .write(content.replaceFirst(pattern, replacement).getBytes(StandardCharsets.UTF_8));
            caught.copyBodyToResponse();
        }

        private void awaitLate() {
            try {
                late.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @BeforeEach
    void openPage() {
        payments = registry.find(CircuitBreaker.TYPE, "payments").orElseThrow();
        payments.reset();
        if (browser.getCurrentUrl().contains("/actuator/resilienceui")) {
            at("");
            refresh();
        } else {
            load("");
        }
        soon(() -> assertThat(row("payments").getText()).contains("closed"));
    }

    @AfterEach
    void pageShouldHaveHadNoErrorAndNoOtherOrigin() {
        payments.reset();
        obstacles.prepared = "";
        obstacles.preparedName = "";
        // The browser also logs what the endpoint rejects.
        assertThatNothingFailed(entry -> entry.getMessage().contains("status of 4"));
    }

    // ---- at a glance

    @Test
    void openCircuitShouldBeTheFirstProblemAndCloseWhenReset() {
        CircuitBreaker flaky = registry.getOrCreate(
                CircuitBreaker.TYPE,
                "flaky",
                CircuitBreakerConfig.builder().failureThreshold(1).build());
        assertThatThrownBy(() -> flaky.run(() -> {
                    throw new IllegalStateException("broken pipe");
                }))
                .hasMessage("broken pipe");
        try {
            soon(() -> assertThat(card("flaky").getText())
                    .contains("pen since ", ", for ", "IllegalStateException: “broken pipe”", "Failed last at ")
                    .contains("Opened because the failure count reached 1")
                    .containsPattern("Next trial in [1-5]?\\d s"));
            assertThat(text("headline")).startsWith("flaky: fails with IllegalStateException, circuit open for ");
            assertThat(browser.getTitle()).matches("\\(\\d\\) .* – Resilience");
            assertThat(browser.findElement(By.cssSelector("#rows tr")).getText())
                    .contains("flaky", "open");
            press(action("flaky", "Reset: let all calls through"));
            agree();
            soon(() -> assertThat(text("outcome")).contains("Done: reset of circuit breaker flaky"));
            assertThat(flaky.state()).isEqualTo(CircuitBreaker.State.CLOSED);
            soon(() -> assertThat(text("changes")).contains("reset circuit breaker flaky: open → closed"));
        } finally {
            registry.remove(CircuitBreaker.TYPE, "flaky");
        }
    }

    @Test
    void nameShouldHaveOneRowForAllItsPatterns() {
        List<String> names = browser.findElements(By.cssSelector("#rows th a")).stream()
                .map(WebElement::getText)
                .toList();
        assertThat(names).contains("payments", "reports").doesNotHaveDuplicates();
        assertThat(browser.findElement(By.id("columns")).getText()).contains("Breaker", "Retry", "Bulkhead", "Calls/s");
        assertThat(row("reports").getText()).contains("0 of 2 used");
    }

    @Test
    void nameWithMarkupShouldBeShownAsText() {
        registry.getOrCreate(CircuitBreaker.TYPE, MARKUP).forceOpen();
        try {
            soon(() -> assertThat(card(MARKUP).getText()).contains(MARKUP));
            press(row(MARKUP).findElement(By.tagName("a")));
            soon(() -> assertThat(text("panel-title")).isEqualTo(MARKUP));
            soon(() -> assertThat(text("view")).contains("forced-open"));
            assertThat(browser.findElements(By.tagName("img"))).isEmpty();
            assertThat(browser.getTitle()).endsWith("Resilience");
        } finally {
            registry.remove(CircuitBreaker.TYPE, MARKUP);
        }
    }

    @Test
    void hundredsOfNamesShouldStayUsable() {
        try {
            for (int i = 0; i < 300; i++) {
                registry.getOrCreate(CircuitBreaker.TYPE, "host-" + i + ".example");
            }
            registry.find(CircuitBreaker.TYPE, "host-222.example").orElseThrow().forceOpen();
            soon(() -> assertThat(
                            browser.findElement(By.cssSelector("#rows th a")).getText())
                    .as("the worst comes first")
                    .isEqualTo("host-222.example"));
            browser.findElement(By.id("text")).sendKeys("host-29");
            soon(() ->
                    assertThat(browser.findElements(By.cssSelector("#rows tr"))).hasSize(11));
            assertThat(text("count")).startsWith("11 of 3");
        } finally {
            registry.all(CircuitBreaker.TYPE).stream()
                    .filter(breaker -> breaker.name().startsWith("host-"))
                    .forEach(registry::remove);
        }
    }

    @Test
    void threeThousandNamesShouldBeFiltered() {
        try {
            for (int i = 0; i < 3_000; i++) {
                registry.getOrCreate(CircuitBreaker.TYPE, "host-" + i + ".example");
            }
            registry.find(CircuitBreaker.TYPE, "host-2222.example")
                    .orElseThrow()
                    .forceOpen();
            soon(() -> assertThat(text("count")).contains("1000 names; ", "healthy and quiet ones are left out"));
            soon(() -> assertThat(
                            browser.findElement(By.cssSelector("#rows th a")).getText())
                    .isEqualTo("host-2222.example"));
            WebElement filter = browser.findElement(By.id("text"));
            filter.sendKeys("host-2222");
            soon(() ->
                    assertThat(browser.findElements(By.cssSelector("#rows tr"))).hasSize(1));
            filter.clear();
            filter.sendKeys("host-2998.example");
            soon(() -> assertThat(browser.findElement(By.id("none")).getText())
                    .contains("healthy and quiet ones are left out: press Enter"));
            filter.sendKeys(Keys.ENTER);
            soon(() -> assertThat(text("panel-title")).isEqualTo("host-2998.example"));
            soon(() -> assertThat(text("view")).contains("circuit breaker"));
        } finally {
            at("");
            registry.all(CircuitBreaker.TYPE).stream()
                    .filter(breaker -> breaker.name().startsWith("host-"))
                    .forEach(registry::remove);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1280, 800, light",
        "1280, 800, dark",
        "1920, 1080, light",
        "1920, 1080, dark",
        "390, 844, light",
        "390, 844, dark"
    })
    void pageShouldFitTheScreen(int width, int height, String scheme) {
        payments.forceOpen();
        try {
            show(width, height, scheme);
            soon(() -> assertThat(card("payments").getText()).containsIgnoringCase("forced open"));
            assertThat(sticksOut()).as("page").isEqualTo(false);
            for (String tab : List.of("now", "timeline", "failures", "settings", "actions")) {
                at("#name=payments&tab=" + tab);
                soon(() -> assertThat(browser.findElement(By.id("tab-" + tab)).getDomAttribute("aria-selected"))
                        .isEqualTo("true"));
                assertThat(sticksOut()).as(tab).isEqualTo(false);
            }
            assertThat(browser.executeScript("const panel = document.getElementById('panel').getBoundingClientRect();"
                            + " return innerWidth < 700 ? panel.width === document.documentElement.clientWidth"
                            + " : panel.width === 576"))
                    .as("the panel has the whole width of a phone")
                    .isEqualTo(true);
            if (width != 1280) {
                assertThat(barriers()).isEmpty();
            }
        } finally {
            showAsBefore();
        }
    }

    @ParameterizedTest
    @CsvSource({"1100", "1280", "1920"})
    void panelShouldCoverNothing(int width) {
        payments.forceOpen();
        try {
            show(width, 800, "light");
            soon(() -> assertThat(card("payments").getText()).containsIgnoringCase("forced open"));
            at("#name=payments&tab=timeline");
            soon(() -> assertThat(browser.findElement(By.id("panel")).isDisplayed())
                    .isTrue());
            assertThat(text("panel-state")).startsWith("◆ Forced open since ");
            assertThat((List<?>) browser.executeScript(
                            "const edge = document.getElementById('panel').getBoundingClientRect().left;"
                                    + " return [...document.querySelectorAll('#head *, #trouble *, #filter *, #names')]"
                                    + ".filter(each => !each.closest('.lane *') && each.getBoundingClientRect().right > edge + 1)"
                                    + ".map(each => each.outerHTML)"))
                    .as("what is under the panel")
                    .isEmpty();
        } finally {
            showAsBefore();
        }
    }

    /** A column is there as a whole, or not at all. */
    @ParameterizedTest
    @CsvSource({
        "1920, ''",
        "1920, name=payments",
        "1280, ''",
        "1280, name=payments",
        "1100, ''",
        "1100, name=payments",
        "900, ''",
        "700, ''",
        "601, ''",
        "390, ''"
    })
    void nothingOfTheTableShouldBeCutOff(int width, String address) {
        answer(
                problem("payments", "rejecting", """
                        {"kind": "open", "pattern": "circuit-breaker", "text": "circuit open: calls are rejected", "since": "SINCE", "action": "reset"}""", ""),
                row("payments", "rejecting", 2.6, 0.1, 2.5, """
                        {"fallback": {}, "timeout": {}, "bulkhead": {"maxConcurrent": 2, "maxQueue": 2, "running": 2, "waiting": 2}, "rate-limiter": {"available": 5, "limit": 5}, "retry": {}, "hedge": {},
                         "circuit-breaker": {"state": "open", "nextTrialTime": "TRIAL"}}""")
                        .replace("\"lane\"", "\"attempts\": [3, 9300, 3109], \"lane\""));
        try {
            show(width, 844, "light");
            at("#" + address);
            soon(() -> assertThat(
                            cell("payments", width < 575 ? "now" : "rejected").getText())
                    .startsWith("96 %"));
            assertThat(cutOff()).as("what is cut off").isEmpty();
            assertThat(
                            (List<?>)
                                    browser.executeScript(
                                            "const heads = [...document.querySelectorAll('thead button')].map(each => each.getBoundingClientRect());"
                                                    + " return heads.filter((each, index) => index && each.left < heads[index - 1].right + 2).map(each => each.left)"))
                    .as("heads that touch one another")
                    .isEmpty();
            assertThat(text("count").contains("without room"))
                    .as("what is left out is mentioned")
                    .isEqualTo(!(width >= 1280 && address.isEmpty()) && !(width == 1920));
        } finally {
            showAsBefore();
        }
    }

    /** Each pattern with the longest text that it has of usual settings; one of them is the cause. */
    @ParameterizedTest
    @CsvSource({
        "1280, bulkhead, '100 of 100 used, 100 queued'",
        "1280, circuit-breaker, 'open, trial in 50 s'",
        "1280, retry, '7.6/s, 1.2/s denied'",
        "1280, rate-limiter, '1000 free of 1000, 12 wait'",
        "1280, timeout, '13/s'",
        "1280, hedge, '12 / 0.5/s'",
        "1100, hedge, '12 / 0.5/s'",
        "900, bulkhead, '100 of 100 used, 100 queued'",
        "900, rate-limiter, '1000 free of 1000, 12 wait'",
        "700, bulkhead, '100 of 100 used, 100 queued'",
        "700, retry, '7.6/s, 1.2/s denied'"
    })
    void causeShouldNeitherBeCutOffNorLeftOut(int width, String pattern, String text) {
        String cells = """
                {"fallback": {"calls": 120}, "timeout": {"failed": 12.5}, "bulkhead": {"maxConcurrent": 100, "maxQueue": 100, "running": 100, "waiting": 100, "rejected": 12},
                 "rate-limiter": {"available": 1000, "limit": 1000, "waiting": 12, "rejected": 1}, "retry": {"calls": 7.6, "denied": 1.2}, "hedge": {"calls": 12, "denied": 0.5},
                 "circuit-breaker": {"state": "open", "nextTrialTime": "TRIAL"}}""";
        answer(
                problem("payments", "rejecting", """
                        {"kind": "waiting", "pattern": "%s", "text": "calls wait", "since": "SINCE", "action": "settings"}""".formatted(pattern), ""),
                row("payments", "rejecting", 504.3, 502.2, 1.2, cells)
                        .replace("\"lane\"", "\"attempts\": [3, 93000, 31009], \"lane\""));
        try {
            show(width, 844, "light");
            soon(() -> assertThat(cell("payments", pattern).getText().replace('\u00a0', ' '))
                    .matches(text.replace("in 50 s", "in \\d+ s")));
            assertThat(cutOff()).isEmpty();
        } finally {
            showAsBefore();
        }
    }

    private static List<?> cutOff() {
        return (List<?>)
                browser.executeScript(
                        "const names = document.getElementById('names'), edge = names.getBoundingClientRect().right;"
                                + " return [...names.querySelectorAll('th, td')].filter(each => each.getBoundingClientRect().right > edge + 1"
                                + " || (!each.querySelector('.lane, a') && each.scrollWidth > each.clientWidth)).map(each => each.outerHTML)");
    }

    /** There is no room for both. */
    @Test
    void panelShouldBeThePageOnASmallScreen() {
        try {
            show(1000, 800, "light");
            at("#name=payments&tab=actions");
            soon(() -> assertThat(browser.findElement(By.id("panel")).getRect().getWidth())
                    .isEqualTo(((Number) browser.executeScript("return document.documentElement.clientWidth"))
                            .intValue()));
            assertThat(browser.findElement(By.id("names")).isDisplayed())
                    .as("what is behind it cannot have the focus")
                    .isFalse();
            assertThat(browser.executeScript("const head = document.getElementById('head').getBoundingClientRect();"
                            + " const title = document.getElementById('panel-title').getBoundingClientRect();"
                            + " return document.elementFromPoint(head.left + 20, head.top + 8).closest('#head')"
                            + " !== null && head.bottom <= title.top && title.bottom <= innerHeight"))
                    .as("the head is in sight above it")
                    .isEqualTo(true);
            soon(() -> press(browser.findElement(By.id("do-circuit-breaker-force-open"))));
            agree();
            soon(() ->
                    assertThat(browser.findElement(By.id("outcome")).getText()).contains("Done: force open"));
            assertThat(
                            browser.executeScript(
                                    "const at = document.getElementById('outcome').getBoundingClientRect();"
                                            + " return document.elementFromPoint(at.left + 20, at.top + 5).closest('#messages') !== null"))
                    .as("the outcome is seen")
                    .isEqualTo(true);
            assertThat(barriers()).isEmpty();
            browser.findElement(By.id("view")).sendKeys(Keys.ESCAPE);
            soon(() -> assertThat(browser.findElement(By.id("names")).isDisplayed())
                    .isTrue());
        } finally {
            showAsBefore();
        }
    }

    @Test
    void headShouldBePaintedToTheEdge() {
        try {
            show(1280, 800, "light");
            String edges =
                    "return ['head', 'panel'].map(id => document.getElementById(id).getBoundingClientRect().right"
                            + " - document.documentElement.clientWidth).join() + ' ' + (innerWidth -"
                            + " document.documentElement.clientWidth)";
            at("#q=payments");
            soon(() ->
                    assertThat(browser.findElements(By.cssSelector("#rows tr"))).hasSize(1));
            assertThat(browser.executeScript(
                            "return innerWidth - document.getElementById('head')" + ".getBoundingClientRect().right"))
                    .as("nothing is left blank beside the head")
                    .isEqualTo(0L);
            at("#q=payments&name=payments");
            soon(() -> assertThat((String) browser.executeScript(edges)).endsWith(",0 0"));
        } finally {
            showAsBefore();
        }
    }

    @Test
    void fortyNamesShouldBeSeenWithoutScrolling() {
        // An answer of its own: what other tests have left behind would be above the table.
        answer(
                "",
                IntStream.range(0, 45)
                        .mapToObj(i -> row("host-" + i, "healthy", 2, 0, 0, """
                                {"circuit-breaker": {"state": "closed", "calls": 2}}"""))
                        .collect(Collectors.joining(",")));
        try {
            show(1280, 800, "light");
            soon(() ->
                    assertThat(browser.findElements(By.cssSelector("#rows tr"))).hasSizeGreaterThan(40));
            soon(() -> assertThat(browser.executeScript("return document.querySelectorAll('#rows tr')[39]"
                            + ".getBoundingClientRect().bottom <= innerHeight"))
                    .isEqualTo(true));
            show(390, 844, "light");
            assertThat(browser.executeScript("return document.documentElement.scrollWidth <= innerWidth"))
                    .as("nothing sticks out at 390 pixels")
                    .isEqualTo(true);
        } finally {
            showAsBefore();
        }
    }

    // ---- what is wrong, and why, in prepared answers

    @Test
    void slowWorkShouldBeToldFromTooManyCalls() {
        String full = """
                {"kind": "full", "pattern": "bulkhead", "text": "bulkhead full (2 of 2)", "since": "SINCE", "action": "settings"}""";
        String bulkhead = """
                {"bulkhead": {"calls": 0.6, "rejected": 7.2, "running": 2, "waiting": 1, "maxConcurrent": 2, "maxQueue": 2}}""";
        answer(
                problem("reports", "rejecting", full, """
                        "share": 0.92, "change": "slow", "attemptMillis": 3003, "before": {"calls": 7.7, "attemptMillis": 1003}"""),
                row("reports", "rejecting", 7.8, 0, 7.2, bulkhead)
                        .replace("\"lane\"", "\"attempts\": [4, 12012, 3108.6], \"lane\""));
        soon(() -> assertThat(card("reports").getText())
                .contains("■ Rejecting since about " + clock() + ", for 1 min 4")
                .doesNotContain("instead of")
                .contains("Callers of Client.call: 7.2 calls/s fail or are rejected")
                .contains("Its queue has room now (1 of 2)", "Slow: calls take 3.0 s, 1.0 s before " + clock())
                .contains(
                        "the 2 permits let 0.6/s through, 7.8/s arrive (7.7/s before)",
                        "Rates and shares: of the last 10 s")
                .contains("Look at what Client.call does"));
        assertThat(text("headline"))
                .contains("reports: slow for 1 min 4")
                .contains(", 3.0 s instead of 1.0 s; bulkhead full, 92 % rejected now");
        assertThat(row("reports").getText()).contains("2 of 2 used, 1 queued", "92 %", "3.0 s");
        assertThat(cell("reports", "mean").getDomAttribute("class"))
                .as("the cause is marked")
                .contains("cause");
        answer(problem("reports", "rejecting", full, """
                        "share": 0.79, "change": "flood", "attemptMillis": 31, "before": {"calls": 0.3, "attemptMillis": 30}"""), row("reports", "rejecting", 299, 0, 236, bulkhead));
        soon(() -> assertThat(card("reports").getText())
                .contains("Many calls: 299/s arrive, about 1,000 times the 0.3/s before " + clock())
                .contains("the 2 permits let 63/s through; calls take 31 ms (30 ms before)")
                .contains("Find who calls Client.call so often", "look in the access log")
                .doesNotContain("Slow"));
        assertThat(text("headline"))
                .contains("reports: flooded for 1 min 4")
                .contains(", 299 calls/s instead of 0.3; bulkhead full, 79 % rejected now");
        assertThat(cell("reports", "calls").getDomAttribute("class")).contains("cause");
        assertThat(buttons("reports")).as("more permits would not help").isEmpty();
        assertThat(views("reports")).as("the same on every card").containsExactly("Timeline", "Failures", "Settings");
    }

    @Test
    void failingCallsShouldHaveTheirErrorAndALineForEachCause() {
        answer(problem("payments", "failing", """
                        {"kind": "failing", "pattern": "circuit-breaker", "text": "calls fail", "since": "SINCE", "rate": 13,
                         "opensAt": "1000 consecutive failures", "action": "settings", "lastFailure": {"time": "SINCE",
                         "thrown": "ServiceUnavailable: 503 Service Unavailable: \\"{\\"error\\":\\"payments is down\\"}\\"", "reason": null}},
                        {"kind": "denied", "pattern": "retry", "text": "retries denied: the budget is used up", "rate": 12, "action": "settings"}""", """
                        "share": 0.69, "change": "flood", "attemptMillis": 35, "before": {"calls": 2.2, "attemptMillis": 33}"""), row("payments", "failing", 19, 13.1, 0, """
                        {"retry": {"calls": 0.7, "denied": 12, "budget": 8}, "circuit-breaker": {"state": "closed", "calls": 19}}"""));
        soon(() -> assertThat(card("payments").getText())
                .contains("▲ Failing since about " + clock(), "Failed last at " + clock() + ": 503 “payments is down”")
                .contains("The circuit has not opened yet: it opens at 1000 consecutive failures")
                .contains("Most retries are denied, their budget is used up: 12/s denied, 0.7/s made")
                .contains("Many calls: 18/s arrive, 8 times the 2.2/s before " + clock()));
        assertThat(text("headline"))
                .containsPattern("answers 503 for 1 min 4\\d s, and the circuit has not opened yet; 69 % fail now");
        assertThat(card("payments").findElements(By.cssSelector(".why li")))
                .as("one cause in a line")
                .hasSize(4);
        assertThat(card("payments").findElement(By.cssSelector(".why .bold")).getText())
                .contains("has not opened yet");
        assertThat(row("payments").getText()).contains("0.7/s, 12/s denied").doesNotContain("left");
        assertThat(views("payments"))
                .as("what the advice needs comes first")
                .containsExactly("Settings", "Timeline", "Failures");
        assertThat(buttons("payments")).containsExactly("Force open: reject all calls");
        assertThat(strong("payments")).as("nothing that is recommended").isEmpty();
    }

    @Test
    void forcedOpenCircuitShouldNameWhoAndHaveColoursOfItsOwn() {
        answer(
                problem("mail", "forced", """
                        {"kind": "forced-open", "pattern": "circuit-breaker", "text": "circuit forced open: calls are rejected until it is half-opened or reset",
                         "since": "SINCE", "reason": "forced open", "by": "alice", "action": "reset"}""", """
                        "share": 1, "before": {"calls": 3}"""),
                row("mail", "forced", 3.3, 0, 3.3, """
                        {"circuit-breaker": {"state": "forced-open", "rejected": 3.3}}""").replace("159-21c", "159-21f"));
        soon(() -> assertThat(card("mail").getText())
                .contains(
                        "◆ Forced open since " + clock(),
                        "no call succeeds, 3.3 calls/s fail or are rejected",
                        "It stays so until it is half-opened or reset",
                        "by alice")
                .contains("3.3 calls/s in the last 10 s (3/s before " + clock())
                .doesNotContain("calls take"));
        Object colours = browser.executeScript("const colour = (query, of = 'color', pseudo) =>"
                + " getComputedStyle(document.querySelector(query), pseudo)[of];"
                + " return [...new Set([colour('.problem .mark'), colour('.problem', 'borderLeftColor'), colour('#headline'),"
                + " colour('#rows .state', 'color', '::before'), colour('#rows .by-hand'), colour('#rows .lane-f', 'fill'),"
                + " colour('.legend .lane-f', 'fill'), colour('.legend .forced', 'color', '::before')])].length");
        assertThat(colours).as("number of colours for one state").isEqualTo(1L);
        assertThat(browser.findElement(By.cssSelector(".legend")).getText()).contains("forced open by an operator");
        assertThat(row("mail").getText()).contains("forced open", "100 %").doesNotContain("ms");
        assertThat(text("headline"))
                .contains("mail: all calls have been rejected for 1 min 4", ": forced open by alice");
        assertThat(buttons("mail")).containsExactly("Half-open: try a few calls now", "Reset: let all calls through");
        assertThat(strong("mail"))
                .as("what the advice recommends")
                .singleElement()
                .asString()
                .startsWith("Half-open");
    }

    @Test
    void flappingCircuitShouldSaySinceWhenItPasses() {
        answer(problem("payments", "warning", """
                        {"kind": "flapping", "pattern": "circuit-breaker", "text": "circuit opened 4 times in the last 15 minutes",
                         "opened": 4, "lostShare": 0.38, "since": "SINCE", "closedSince": "CLOSED", "action": "force-open"}""", ""), row("payments", "warning", 2.2, 0, 0, """
                        {"circuit-breaker": {"state": "closed", "calls": 2.2}}"""));
        soon(() -> assertThat(card("payments").getText())
                .contains("◐ Closed again since ", "no call fails now; 38 % of the calls"));
        assertThat(text("headline"))
                .matches("payments: on and off from .* to .*, opened 4 times; closed again for 2\\d s\\..*");
        assertThat(buttons("payments")).as("healthy now").isEmpty();
        assertThat(views("payments")).containsExactly("Failures", "Timeline", "Settings");
    }

    @Test
    void openCircuitShouldSayWhenItTriesAgain() {
        answer(problem("payments", "rejecting", """
                        {"kind": "open", "pattern": "circuit-breaker", "text": "circuit open: calls are rejected", "since": "SINCE",
                         "reason": "the failure count reached 5", "lastOpened": "CLOSED", "nextTrialTime": "TRIAL", "action": "reset",
                         "lastFailure": {"time": "CLOSED", "thrown": "IOException: broken pipe", "reason": null}}""", """
                        "share": 0.85, "attemptMillis": 36, "before": {"calls": 2.5, "attemptMillis": 33}"""), row("payments", "rejecting", 2.7, 0.6, 1.7, """
                        {"circuit-breaker": {"state": "open", "nextTrialTime": "TRIAL", "calls": 1, "rejected": 1.7}}"""));
        soon(() -> assertThat(card("payments").getText())
                .contains("■ Open since " + clock(), "no call succeeds, 2.3 calls/s fail or are rejected")
                .contains("A trial failed at ", "IOException: “broken pipe”")
                .contains("2.7 calls/s in the last 10 s: 63 % rejected, 22 % failed as trials (2.5/s before " + clock())
                .doesNotContain("passed")
                .containsPattern("Next trial in [1-5]?\\d s")
                .doesNotContain("calls take"));
        soon(() -> {
            List<?> both = (List<?>) browser.executeScript("const card = document.querySelector('.problem'); return ["
                    + " Number(card.querySelector('.waited').getAttribute('width')),"
                    + " 100 - Number(/in (\\d+)/.exec(card.querySelector('.trial').textContent)[1]) / 71 * 100]");
            assertThat(((Number) both.get(0)).doubleValue())
                    .as("the bar fills until the trial, of 71 s")
                    .isCloseTo(((Number) both.get(1)).doubleValue(), within(0.01));
        });
        assertThat(row("payments").getText()).containsPattern("open, trial in [1-5]?\\d s");
        assertThat(browser.executeScript(
                        "return getComputedStyle(document.querySelector('.waited')).transitionDuration"))
                .as("nothing lags behind the words")
                .isEqualTo("0s");
        assertThat(buttons("payments"))
                .as("what risks least comes first")
                .containsExactly("Half-open: try a few calls now", "Reset: let all calls through");
        assertThat(strong("payments")).as("the advice is to wait").isEmpty();
    }

    @Test
    void stripsShouldBeAlikeAndEndWithThePresentState() {
        answer(
                problem("payments", "failing", """
                        {"kind": "failing", "pattern": "circuit-breaker", "text": "calls fail", "since": "SINCE", "action": "settings"}""", ""),
                row("payments", "failing", 2, 1, 0, "{}").replace("159-21c", "159-13c8w"));
        soon(() -> assertThat(card("payments").findElements(By.cssSelector(".lane-w")))
                .isNotEmpty());
        Object colours = browser.executeScript("const colour = (query, of = 'color', pseudo) =>"
                + " getComputedStyle(document.querySelector(query), pseudo)[of];"
                + " return [...new Set([colour('.problem .mark'), colour('.problem', 'borderLeftColor'), colour('#headline'),"
                + " colour('#rows .state', 'color', '::before'), colour('.problem .lane-w', 'fill'),"
                + " colour('#rows .lane-w', 'fill'), colour('.legend .lane-w', 'fill'),"
                + " colour('.legend .failing', 'color', '::before')])].length");
        assertThat(colours).as("number of colours for one state").isEqualTo(1L);
        answer(
                problem("payments", "rejecting", """
                        {"kind": "open", "pattern": "circuit-breaker", "text": "circuit open: calls are rejected", "since": "SINCE",
                         "lastOpened": "CLOSED", "nextTrialTime": "TRIAL", "action": "reset"}""", ""),
                row("payments", "rejecting", 2, 0, 2, """
                        {"circuit-breaker": {"state": "open", "nextTrialTime": "TRIAL"}}""").replace("\"159-21c\"", """
                        "159-19c1o1h", "states": [["c", 10000], ["o", 9000], ["h", 4000], ["o", 3000]]"""));
        soon(() -> assertThat(bars(".problem")).contains("lane-o").endsWith("lane-o"));
        assertThat(bars("#rows")).endsWith("lane-o");
        assertThat(browser.findElements(By.cssSelector("#rows .lane-trial")))
                .as("a trial is no wider than it was")
                .isEmpty();
        // Of the circuit's states together: of the two, the worse one has the pixel in which both are.
        List<?> shares = (List<?>)
                browser.executeScript(
                        "const share = within => { const lane = document.querySelector(within + ' .lane').getBoundingClientRect();"
                                + " return [...document.querySelectorAll(within + ' .lane .lane-o, ' + within + ' .lane .lane-h')].map(bar => bar.getBoundingClientRect())"
                                + ".reduce((sum, bar) => sum + Math.min(bar.right, lane.right) - bar.left, 0) / lane.width; };"
                                + " return [share('.problem'), share('#rows'), 2 / document.querySelector('#rows .lane').getBoundingClientRect().width]");
        assertThat(((Number) shares.get(1)).doubleValue())
                .as("the strip in the table has the proportions of the card's, to two pixels")
                .isCloseTo(((Number) shares.get(0)).doubleValue(), within(((Number) shares.get(2)).doubleValue()));
    }

    /** The bars of a strip, with where they begin. */
    private static String bars(String within) {
        return (String) browser.executeScript(
                "return [...document.querySelectorAll(arguments[0] + ' .lane rect')]"
                        + ".map(bar => bar.getAttribute('x') + ' ' + bar.getAttribute('class')).join()",
                within);
    }

    @Test
    void moreLostCallsShouldComeFirst() {
        String failing = """
                {"kind": "failing", "pattern": "circuit-breaker", "text": "calls fail", "since": "SINCE", "action": "settings"}""";
        answer(
                problem("few", "rejecting", failing, "") + "," + problem("many", "failing", failing, ""),
                row("few", "rejecting", 2, 0, 1, "{}") + "," + row("many", "failing", 20, 10, 0, "{}") + ","
                        + row("well", "healthy", 90, 0, 0, "{}"));
        soon(() -> assertThat(browser.findElements(By.cssSelector("#rows th a")))
                .extracting(WebElement::getText)
                .containsExactly("many", "few", "well"));
        assertThat(text("summary")).isEqualTo("1 of 8 names reject calls, 1 fail, 0 forced open, 0 with a warning");
    }

    @Test
    void columnsShouldStayWhileThereAreProblems() {
        String healthy = """
                {"retry": {}, "bulkhead": {"maxConcurrent": 8, "maxQueue": 0}, "rate-limiter": {"available": 5, "limit": 5},
                 "circuit-breaker": {"state": "closed", "calls": 2}}""";
        String busy = """
                {"retry": {"calls": 70, "denied": 12, "failed": 3, "budget": 8}, "rate-limiter": {"available": 0, "limit": 500, "waiting": 3000},
                 "bulkhead": {"maxConcurrent": 800, "maxQueue": 90, "running": 800, "waiting": 90, "rejected": 3},
                 "circuit-breaker": {"state": "open", "nextTrialTime": "TRIAL", "calls": 2000}}""";
        String problem = problem("many", "failing", """
                {"kind": "failing", "pattern": "circuit-breaker", "text": "calls fail", "since": "SINCE", "action": "settings"}""", "");
        String many = row("many", "failing", 20, 10, 0, "{}") + ",";
        answer(problem, many + row("payments", "rejecting", 200_000, 1, 90_000, busy));
        soon(() -> assertThat(row("payments").getText()).contains("800 of 800 used"));
        Object before = places();
        answer(problem, many + row("payments", "healthy", 2, 0, 0, healthy));
        soon(() -> assertThat(row("payments").getText()).contains("0 of 8 used", "5 free of 5", "0/s"));
        assertThat(places()).isEqualTo(before);
    }

    @Test
    void laneOfAProblemShouldHaveAnAxisAndSayWhereDataBegin() {
        answer(problem("payments", "failing", """
                        {"kind": "failing", "pattern": "circuit-breaker", "text": "calls fail", "since": "SINCE", "action": "settings"}""", ""), row("payments", "failing", 2, 1, 0, "{}"));
        soon(() -> assertThat(axis()).contains("no data before ", "now "));
        assertThat(axis()).as("when the problem began").contains(clock() + " ");
        assertThat(browser.executeScript("const axis = document.querySelector('.problem .axis');"
                        + " return axis.querySelectorAll('line').length <= axis.querySelectorAll('text').length"))
                .as("no tick without its time")
                .isEqualTo(true);
        int lane =
                card("payments").findElement(By.cssSelector(".lane")).getRect().getWidth();
        assertThat(lane).isGreaterThan(card("payments").getRect().getWidth() * 9 / 10);
        List<?> onset = (List<?>) browser.executeScript(
                "const lane = document.querySelector('.problem .lane').getBoundingClientRect(), mark ="
                        + " document.querySelector('.problem line.onset').getBoundingClientRect();"
                        + " return [mark.left - lane.left, lane.width]");
        assertThat(((Number) onset.get(0)).doubleValue() / ((Number) onset.get(1)).doubleValue())
                .as("a moment stands where it is in the lane: 101 s of 120 s ago")
                .isCloseTo(1 - 101.0 / 120, within(0.03));
        assertThat(text("clock")).as("with the time zone").matches(".*\\d [A-Z].*");
        WebElement head = browser.findElement(By.cssSelector("thead .col-state"));
        assertThat(head.getText()).isEqualTo("History");
        assertThat(head.getDomAttribute("data-of")).matches("from \\d+:\\d\\d:\\d\\d");
    }

    private static String axis() {
        return (String)
                browser.executeScript(
                        "return [...document.querySelectorAll('.problem .axis text')].map(each => each.textContent).join(' ') + ' '");
    }

    // ---- one meaning each

    @Test
    void blankZeroAndDashShouldHaveOneMeaningEach() {
        String all = """
                {"retry": {}, "timeout": {}, "bulkhead": {"maxConcurrent": 8, "maxQueue": 0}, "circuit-breaker": {"state": "closed", "calls": 2}}""";
        answer(
                "",
                row("all", "healthy", 2, 0, 0, all).replace("\"lane\"", "\"attempts\": [3, 1503, 900], \"lane\"") + ","
                        + row("full", "healthy", 2, 0, 0, "{\"bulkhead\": {\"maxConcurrent\": 8, \"maxQueue\": 0}}")
                        + "," + row("idle", "healthy", 0, 0, 0, "{\"circuit-breaker\": {\"state\": \"closed\"}}")
                        + "," + row("uncounted", "healthy", 0, 0, 0, "{\"retry\": {}}"));
        soon(() -> assertThat(cells("all", "calls", "failing", "rejected", "mean", "worst", "retry", "timeout"))
                .isEqualTo("2.0 0 0 501 ms 900 ms 0/s 0/s"));
        assertThat(cells("full", "calls", "failing", "rejected", "mean", "worst"))
                .as("a bulkhead does not count failures, and no attempt has ended")
                .isEqualTo("2.0 – 0 – –");
        assertThat(cells("full", "retry", "circuit-breaker"))
                .as("no such pattern")
                .isEqualTo(" ");
        assertThat(cells("idle", "calls", "failing", "rejected")).as("no calls").isEqualTo("0 – –");
        assertThat(cells("uncounted", "calls", "failing", "retry"))
                .as("a retry does not count calls")
                .isEqualTo("– – 0/s");
        assertThat(browser.findElement(By.cssSelector(".legend")).getText())
                .contains("0: none; –: not measured, or no calls; blank: not used")
                .as("what no row has")
                .doesNotContain("*:");
        assertThat(browser.executeScript("return [...document.querySelectorAll('thead .number')]"
                        + ".map(each => getComputedStyle(each, '::after').content.replaceAll('\"', '')).join()"))
                .as("of what time they are")
                .isEqualTo("10 s,10 s,10 s,1 min,≤ 3 min");
    }

    @Test
    void openCircuitShouldHaveOnePeriodOnCardAndRow() {
        answer(
                problem("payments", "rejecting", """
                        {"kind": "open", "pattern": "circuit-breaker", "text": "circuit open: calls are rejected", "since": "CLOSED",
                         "lastOpened": "CLOSED", "nextTrialTime": "TRIAL", "action": "reset"}""", ""),
                row("payments", "rejecting", 2.6, 0.2, 2.4, """
                        {"retry": {"calls": 0.5, "failed": 0.1}, "circuit-breaker": {"state": "open", "nextTrialTime": "TRIAL"}}""")
                        .replace("\"calls\": 2.6", "\"seconds\": 5, \"calls\": 2.6"));
        soon(() -> assertThat(card("payments").getText()).contains("2.6 calls/s in the 5 s sampled since it opened"));
        assertThat(cells("payments", "calls", "retry"))
                .as("a rate from before the opening would contradict")
                .isEqualTo("2.6 (5 s) –");
    }

    @Test
    void rowShouldSayWhoseCallsItLeavesOut() {
        answer(
                "",
                row("database", "healthy", 9, 0, 0, "{\"bulkhead\": {\"maxConcurrent\": 8}}")
                        .replace("\"lane\"", "\"leftOut\": [\"Orders.salesReport\"], \"lane\""));
        soon(() -> assertThat(row("database").findElement(By.tagName("th")).getDomAttribute("title"))
                .contains("database without Orders.salesReport"));
        assertThat(row("database").getText()).contains("database *");
        assertThat(browser.findElement(By.cssSelector(".legend")).getText()).contains("*: without calls");
        assertThat(row("database").getDomProperty("textContent")).contains(" without salesReport");
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void linksAndButtonsShouldNotHaveTheGreenOfHealthy(String scheme) {
        show(1280, 900, scheme);
        try {
            answer(problem("payments", "failing", """
                            {"kind": "failing", "pattern": "circuit-breaker", "text": "calls fail", "since": "SINCE", "action": "settings"}""", ""), row("payments", "failing", 2, 1, 0, "{}"));
            soon(() -> assertThat(buttons("payments")).containsExactly("Force open: reject all calls"));
            at("#name=payments");
            soon(() -> assertThat(browser.findElement(By.id("panel")).isDisplayed())
                    .isTrue());
            assertThat((List<?>) browser.executeScript(
                            "const isGreen = colour => { const [r, g, b] = colour.match(/\\d+/g).map(Number);"
                                    + " return g > r && g > b; }; return [...document.querySelectorAll('a, button')].filter("
                                    + "each => ['color', 'borderBottomColor', 'backgroundColor'].some(of =>"
                                    + " isGreen(getComputedStyle(each)[of]))).map(each => each.outerHTML)"))
                    .isEmpty();
            assertThat(
                            browser.executeScript(
                                    "const views = document.querySelector('.problem .views a:last-child')"
                                            + ".getBoundingClientRect(), act = document.querySelector('.problem .acts button');"
                                            + " const style = getComputedStyle(act); return [act.getBoundingClientRect().left - views.right >= 24,"
                                            + " style.borderStyle, style.color === getComputedStyle(document.querySelector('.mark')).color]"))
                    .as("what changes production is apart, and not the red of a fault")
                    .isEqualTo(List.of(true, "solid", false));
        } finally {
            showAsBefore();
        }
    }

    @Test
    void trialsWithinAnOpenSpellShouldBeSeen() {
        answer(
                problem("payments", "rejecting", """
                        {"kind": "open", "pattern": "circuit-breaker", "text": "circuit open: calls are rejected", "since": "SINCE",
                         "lastOpened": "CLOSED", "nextTrialTime": "TRIAL", "action": "reset"}""", ""),
                row("payments", "rejecting", 2, 0, 2, """
                        {"circuit-breaker": {"state": "open", "nextTrialTime": "TRIAL"}}""").replace("\"159-21c\"", """
                        "159-15c6o", "states": [["c", 40000], ["o", 29000], ["h", 20100], ["o", 20000], ["h", 10100], ["o", 10000]]"""));
        soon(() -> assertThat(card("payments").findElements(By.cssSelector(".lane-trial")))
                .hasSize(2));
        assertThat(browser.executeScript("return [...document.querySelectorAll('.problem .lane-trial')].every(each =>"
                        + " getComputedStyle(each).strokeWidth === '3px' && getComputedStyle(each).vectorEffect"
                        + " === 'non-scaling-stroke')"))
                .as("three pixels wide, however wide the strip is")
                .isEqualTo(true);
        assertThat(bars(".problem"))
                .as("calls failed before it opened")
                .containsPattern("lane-c,[\\d.]+ lane-w,[\\d.]+ lane-o");
    }

    @Test
    void timelineShouldDrawNothingBeforeTheFirstSample() {
        Instant now = Instant.now();
        obstacles.preparedName = """
                {"name": "payments", "sampled": "%s", "sampleSeconds": 5, "chains": {}, "patterns": {"circuit-breaker": {"state": "closed",
                 "settings": {}, "forms": [], "actions": [], "lane": "170-10c", "samples": {"calls": [%s]}}}}""".formatted(now, "0,".repeat(170) + "5,".repeat(9) + "5");
        at("#name=payments&tab=timeline");
        soon(() -> assertThat(browser.findElements(By.cssSelector("#view .chart canvas")))
                .isNotEmpty());
        assertThat((List<?>) browser.executeScript(
                        "const canvas = document.querySelector('#view .chart canvas'), {width, height} = canvas, pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data,"
                                + " over = document.querySelector('#view .u-over'), left = over.offsetLeft * devicePixelRatio, wide = over.offsetWidth * devicePixelRatio,"
                                + " y = Math.round((over.offsetTop + over.offsetHeight) * devicePixelRatio) - 4, at = part => { const from = 4 * (y * width + Math.round(left + part * wide)); return [...pixels.slice(from, from + 3)].join(); };"
                                + " return [at(0.3) === at(0.5), at(0.7) === at(0.9), at(0.5) === at(0.7)];"))
                .as("fourteen samples of two minutes are not there, and the ten after them are")
                .isEqualTo(List.of(true, true, false));
        WebElement chart = browser.findElement(By.cssSelector("#view .chart"));
        chart.sendKeys(Keys.ARROW_LEFT);
        assertThat(text("reading")).contains("circuit breaker healthy · calls 1/s");
        chart.sendKeys(Keys.PAGE_UP);
        assertThat(text("reading")).endsWith(": no data");
        for (int i = 0; i < 4; i++) {
            chart.sendKeys(Keys.PAGE_UP);
        }
        Instant first = now.minusSeconds(115);
        assertThat(text("reading"))
                .as("it begins as the strip of the card: two minutes, if less is known")
                .startsWith((String) browser.executeScript(
                        "return new Date(arguments[0]).toLocaleTimeString([], {hourCycle: 'h23', hour: '2-digit', minute: '2-digit', second: '2-digit'})",
                        first.toString()));
        chart.sendKeys(Keys.ESCAPE);
    }

    private static String cells(String name, String... keys) {
        return Stream.of(keys).map(key -> cell(name, key).getText()).collect(Collectors.joining(" "));
    }

    private static WebElement cell(String name, String key) {
        long at = (Long) browser.executeScript(
                "return [...document.querySelectorAll('thead th')].findIndex(each => each.className.includes('col-' + arguments[0]))",
                key);
        return row(name).findElements(By.xpath("./*")).get((int) at);
    }

    /** Links to what only shows something. */
    private static List<String> views(String name) {
        return card(name).findElements(By.cssSelector(".views a")).stream()
                .map(link -> (String) browser.executeScript("return arguments[0].firstChild.textContent", link))
                .toList();
    }

    /** Shows an answer instead of the endpoint's. SINCE is 1 min 41 s ago, CLOSED 21 s, TRIAL in 50 s. */
    private void answer(String problems, String rows) {
        Instant now = Instant.now();
        since = now.minusSeconds(101);
        obstacles.prepared = """
                {"head": {"application": "shop", "node": "a", "started": "SINCE", "sampled": "NOW", "sampleSeconds": 5, "samples": 180,
                 "names": 8, "attemptTimes": true}, "problems": [%s], "names": [%s], "changes": []}""".formatted(problems, rows)
                .replace("SINCE", since.toString())
                .replace("CLOSED", now.minusSeconds(21).toString())
                .replace("TRIAL", now.plusSeconds(50).toString())
                .replace("NOW", now.toString());
        refresh();
    }

    private static String problem(String name, String level, String causes, String more) {
        return """
                {"name": "%s", "level": "%s", "causes": [%s], "users": ["io.shop.Client.call(String)"]%s}""".formatted(name, level, causes, more.isEmpty() ? "" : ", " + more);
    }

    private static String row(String name, String level, double calls, double failed, double rejected, String cells) {
        return """
                {"name": "%s", "level": "%s", "calls": %s, "failed": %s, "rejected": %s, "lane": "159-21c", "cells": %s}""".formatted(name, level, calls, failed, rejected, cells);
    }

    /** The time of SINCE as the page shows it. */
    private String clock() {
        return ((String) browser.executeScript(
                        "return new Date(arguments[0]).toLocaleTimeString([], {hourCycle: 'h23', hour: '2-digit', minute: '2-digit', second: '2-digit'})",
                        since.toString()))
                .replaceAll("[\\u00a0\\u202f]", " ");
    }

    private static List<String> buttons(String name) {
        return card(name).findElements(By.tagName("button")).stream()
                .map(button -> (String) browser.executeScript("return arguments[0].firstChild.textContent", button))
                .toList();
    }

    /** What is loud. */
    private static List<String> strong(String name) {
        return card(name).findElements(By.cssSelector("button.strong")).stream()
                .map(WebElement::getText)
                .toList();
    }

    private static Object places() {
        return browser.executeScript(
                "return [...document.querySelectorAll('thead th')].map(cell => cell.getBoundingClientRect().left)");
    }

    // ---- the address

    @Test
    void addressShouldHaveFilterOrderAndOpenedName() {
        browser.findElement(By.id("text")).sendKeys("report");
        soon(() -> assertThat(browser.findElements(By.cssSelector("#rows th a")))
                .isNotEmpty()
                .allMatch(link -> link.getText().contains("report")));
        press(browser.findElement(By.xpath("//thead//button[.='Calls/s']")));
        press(row("reports").findElement(By.tagName("a")));
        soon(() -> assertThat(text("panel-title")).isEqualTo("reports"));
        assertThat(browser.getCurrentUrl()).contains("q=report", "sort=-calls", "name=reports");
        browser.navigate().back();
        soon(() -> assertThat(browser.findElement(By.id("panel")).isDisplayed()).isFalse());
        browser.navigate().forward();
        soon(() -> assertThat(browser.findElement(By.id("panel")).isDisplayed()).isTrue());
        assertThat(browser.findElement(By.cssSelector("thead [aria-sort]")).getText())
                .isEqualTo("Calls/s");
    }

    @Test
    void reloadShouldKeepThePastAndWhatTheAddressSays() {
        payments.run(() -> {});
        soon(() -> assertThat(row("payments").findElements(By.cssSelector(".lane rect:not(.lane-none)")))
                .isNotEmpty());
        load("#q=pay&name=payments&tab=timeline");
        soon(() -> assertThat(row("payments").findElements(By.cssSelector(".lane rect:not(.lane-none)")))
                .isNotEmpty());
        assertThat(browser.findElement(By.id("text")).getDomProperty("value")).isEqualTo("pay");
        soon(() -> assertThat(browser.findElements(By.cssSelector("#view .chart canvas")))
                .isNotEmpty());
        soon(() -> browser.findElement(By.cssSelector("#view .chart")).sendKeys(Keys.ARROW_LEFT));
        // Towards the latest sample: the one before may have been the first.
        soon(() -> {
            browser.findElement(By.cssSelector("#view .chart")).sendKeys(Keys.ARROW_RIGHT);
            assertThat(text("reading")).contains("circuit breaker ");
        });
    }

    @Test
    void groupsShouldBeThoseOfClassesOrPatterns() {
        at("#group=pattern&pattern=bulkhead");
        soon(() -> assertThat(browser.findElements(By.cssSelector("#rows tr.group")))
                .anyMatch(group -> group.getText().startsWith("bulkhead (")));
        at("#group=class");
        soon(() -> assertThat(browser.findElements(By.cssSelector("#rows tr.group")))
                .anyMatch(group -> group.getText().startsWith("PaymentClient (")));
    }

    // ---- the panel

    @Test
    void panelShouldShowTheChainOfEachMethodAndItsTabsByKeyboard() throws Exception {
        post(server.uri("/orders"), "{\"product\": 1, \"quantity\": 1}");
        at("#name=payments");
        soon(() ->
                assertThat(text("view")).contains("PaymentClient.charge", "gives up after", "attempts", "the method"));
        WebElement tab = browser.findElement(By.id("tab-now"));
        tab.sendKeys(Keys.ARROW_RIGHT);
        soon(() -> assertThat(browser.switchTo().activeElement().getText()).isEqualTo("Timeline"));
        browser.switchTo().activeElement().sendKeys(Keys.ARROW_RIGHT);
        soon(() -> assertThat(browser.findElement(By.id("tab-failures")).getDomAttribute("aria-selected"))
                .isEqualTo("true"));
        browser.findElement(By.id("view")).sendKeys(Keys.ESCAPE);
        soon(() -> assertThat(browser.findElement(By.id("panel")).isDisplayed()).isFalse());
    }

    @Test
    void failuresShouldBeGroupedByClass() {
        CircuitBreaker flaky = registry.getOrCreate(CircuitBreaker.TYPE, "failing");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> flaky.run(() -> {
                        throw new IllegalStateException("broken pipe");
                    }))
                    .isNotNull();
        }
        at("#name=failing&tab=failures");
        soon(() -> assertThat(text("view")).contains("IllegalStateException (3)", "broken pipe"));
        registry.remove(flaky);
    }

    @Test
    void settingsShouldBePreviewedAndMistakesStandAtTheirField() {
        at("#name=reports&tab=settings");
        By id = By.id("bulkhead-maxConcurrent");
        soon(() -> assertThat(browser.findElement(id).getDomProperty("value")).isEqualTo("2"));
        assertThat(browser.findElement(By.id("bulkhead-maxConcurrent-hint")).getText())
                .contains("a whole number, between 1 and", "application.yml");
        WebElement field = browser.findElement(id);
        field.clear();
        field.sendKeys("0" + Keys.ENTER);
        soon(() -> assertThat(browser.findElement(By.id("bulkhead-maxConcurrent-error"))
                        .getText())
                .contains("maxConcurrent is 0: must be between 1 and"));
        assertThat(browser.switchTo().activeElement()).isEqualTo(field);
        field.clear();
        assertThat(browser.findElement(By.id("question")).isDisplayed())
                .as("no question about a mistake")
                .isFalse();
        field.sendKeys("3" + Keys.ENTER);
        soon(() -> assertThat(browser.findElement(By.id("question-list")).getText())
                .isEqualTo("maxConcurrent: 2 → 3"));
        agree();
        try {
            soon(() -> assertThat(browser.findElement(By.id("bulkhead-maxConcurrent-hint"))
                            .getText())
                    .contains("operator"));
            browser.findElement(By.id("close")).sendKeys(Keys.ENTER);
            soon(() -> assertThat(row("reports").getText()).contains("0 of 3 used"));
        } finally {
            registry.reconfigure(
                    Bulkhead.TYPE,
                    "reports",
                    c -> c.toBuilder().maxConcurrent(2).build());
        }
    }

    @Test
    void keyboardAloneShouldForceOpenAfterAQuestion() {
        at("#name=payments&tab=actions");
        By forceOpen = By.id("do-circuit-breaker-force-open");
        soon(() -> assertThat(browser.findElement(forceOpen).isDisplayed()).isTrue());
        browser.findElement(forceOpen).sendKeys(Keys.ENTER);
        browser.switchTo().activeElement().sendKeys(Keys.ENTER);
        soon(() -> assertThat(browser.switchTo().activeElement()).isEqualTo(browser.findElement(forceOpen)));
        assertThat(payments.state()).as("answered with no").isEqualTo(CircuitBreaker.State.CLOSED);
        browser.findElement(forceOpen).sendKeys(Keys.ENTER);
        agree();
        soon(() -> assertThat(text("outcome")).contains("Done: force open of circuit breaker payments"));
        assertThat(payments.state()).isEqualTo(CircuitBreaker.State.FORCED_OPEN);
        soon(() -> assertThat(card("payments").getText()).containsIgnoringCase("forced open"));
    }

    @Test
    void nameAndReasonShouldBeAskedForAtTheButton() {
        at("#name=payments&tab=actions");
        soon(() -> press(browser.findElement(By.id("do-circuit-breaker-force-open"))));
        browser.findElement(By.id("operator")).sendKeys("Dana");
        browser.findElement(By.id("reason")).sendKeys("moves to new hosts" + Keys.ENTER);
        soon(() -> assertThat(card("payments").getText())
                .contains("by Dana, reason: moves to new hosts", "Ask Dana whether the reason is gone"));
        assertThat(browser.findElement(By.id("changes")).getText())
                .as("opened at once")
                .contains("Dana: force open", "; reason: moves to new hosts");
        soon(() -> press(browser.findElement(By.id("do-circuit-breaker-reset"))));
        assertThat(browser.findElement(By.id("operator")).getDomProperty("value"))
                .as("remembered")
                .isEqualTo("Dana");
        assertThat(browser.findElement(By.id("reason")).getDomProperty("value")).isEmpty();
        browser.findElement(By.id("operator")).clear();
        press(browser.findElement(By.id("yes")));
        soon(() -> assertThat(payments.state()).isEqualTo(CircuitBreaker.State.CLOSED));
    }

    @Test
    void instanceShouldBeSwitchedOffAndOn() {
        at("#name=reports&tab=actions");
        Bulkhead reports = registry.find(Bulkhead.TYPE, "reports").orElseThrow();
        try {
            soon(() -> press(browser.findElement(By.id("do-bulkhead-switch-off"))));
            agree();
            soon(() -> assertThat(card("reports").getText()).contains("Bulkhead switched off"));
            assertThat(reports.isEnabled()).isFalse();
            soon(() -> press(browser.findElement(By.id("do-bulkhead-switch-on"))));
            agree();
            soon(() -> assertThat(reports.isEnabled()).isTrue());
        } finally {
            reports.setEnabled(true);
        }
    }

    // ---- what is in the way

    @Test
    void forbiddenChangeShouldBeReported() {
        obstacles.forbidden = true;
        try {
            at("#name=payments&tab=actions");
            soon(() -> press(browser.findElement(By.id("do-circuit-breaker-disable"))));
            agree();
            soon(() -> assertThat(text("outcome")).contains("Not done: disable", "the answer was 403"));
            assertThat(payments.state()).isEqualTo(CircuitBreaker.State.CLOSED);
        } finally {
            obstacles.forbidden = false;
        }
    }

    @Test
    void pageWithoutWritesShouldOfferNone() {
        obstacles.readOnly = true;
        try {
            load("#name=payments&tab=actions");
            soon(() -> assertThat(text("view")).contains("Changes are off"));
            assertThat(browser.findElements(By.cssSelector("#view button"))).isEmpty();
        } finally {
            obstacles.readOnly = false;
            load("");
        }
    }

    @Test
    void lateAnswerShouldNotReplaceALaterOne() {
        obstacles.late = new CountDownLatch(1);
        try {
            at("#name=payments");
            at("#name=reports");
            soon(() -> assertThat(text("view")).contains("bulkhead"));
        } finally {
            obstacles.late.countDown();
        }
        at("#name=reports&tab=settings");
        soon(() -> assertThat(browser.findElements(By.id("bulkhead-maxConcurrent")))
                .isNotEmpty());
        assertThat(text("panel-title")).isEqualTo("reports");
        assertThat(browser.findElements(By.id("circuit-breaker-failureThreshold")))
                .isEmpty();
    }

    @Test
    void answerOfAnotherNodeShouldBeReported() {
        obstacles.elsewhere = true;
        try {
            soon(() -> assertThat(text("connection")).contains("Another process answered than before: elsewhere"));
            assertThat(text("node")).isEqualTo("elsewhere, this process only");
        } finally {
            obstacles.elsewhere = false;
        }
        soon(() -> assertThat(text("node")).doesNotContain("elsewhere"));
        soon(() -> assertThat(text("connection")).isEmpty());
    }

    @Test
    void pageBehindAPrefixOfAProxyShouldReadAndOperate() throws Exception {
        try (PrefixProxy proxy = PrefixProxy.start("/tools/shop", server.uri(""))) {
            browser.get(proxy.uri("/actuator/resilienceui#name=payments&tab=actions"));
            soon(() -> press(browser.findElement(By.id("do-circuit-breaker-force-open"))));
            agree();
            soon(() -> assertThat(card("payments").getText()).containsIgnoringCase("forced open"));
            assertThat(payments.state()).isEqualTo(CircuitBreaker.State.FORCED_OPEN);
            load("");
        }
    }

    @Test
    void pageShouldSayThatItIsOutdatedAndAskLessOften() {
        obstacles.asked.clear();
        obstacles.outage = true;
        try {
            soon(() -> assertThat(text("connection"))
                    .contains("Not reachable since", "the answer was 500", "The data below is outdated"));
            await().atMost(Duration.ofSeconds(30)).until(() -> obstacles.asked.size() >= 2);
        } finally {
            obstacles.outage = false;
        }
        assertThat(obstacles.asked.get(1) - obstacles.asked.get(0)).isGreaterThan(3_000_000_000L);
        assertThat(text("headline-text")).as("it is not taken for live").startsWith("As of ");
        browser.findElement(By.id("pause")).click();
        browser.findElement(By.id("pause")).click();
        soon(() -> assertThat(text("connection")).isEmpty());
        assertThat(text("headline-text")).doesNotStartWith("As of ");
        // The browser logs the failed requests.
        assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
                .allMatch(entry -> entry.getMessage().contains("status of 500"));
    }

    @Test
    void pausedPageShouldAskForNothing() {
        browser.findElement(By.id("pause")).click();
        long before = polls();
        await().during(Duration.ofMillis(2_500)).atMost(Duration.ofSeconds(10)).until(() -> polls() <= before + 1);
        browser.findElement(By.id("pause")).click();
        soon(() -> assertThat(polls()).isGreaterThan(before));
    }

    @Test
    void nothingOfAPausedPageShouldLookLive() {
        answer(problem("payments", "rejecting", """
                        {"kind": "open", "pattern": "circuit-breaker", "text": "circuit open: calls are rejected", "since": "SINCE",
                         "lastOpened": "CLOSED", "nextTrialTime": "TRIAL", "action": "reset"}""", ""), row("payments", "rejecting", 2, 0, 2, """
                        {"circuit-breaker": {"state": "open", "nextTrialTime": "TRIAL"}}"""));
        soon(() -> assertThat(axis()).contains("now "));
        String trial = card("payments").findElement(By.cssSelector(".trial")).getText();
        WebElement pause = browser.findElement(By.id("pause"));
        assertThat(pause.getText()).isEqualTo("Pause updates");
        pause.click();
        try {
            assertThat(pause.getText()).isEqualTo("Resume updates");
            String asOf = text("headline-text").replaceFirst("As of (\\d+:\\d\\d:\\d\\d): .*", "$1");
            assertThat(asOf).as("when the durations were so").matches("\\d+:\\d\\d:\\d\\d");
            assertThat(text("clock")).startsWith("not live, as of " + asOf);
            assertThat(text("connection")).startsWith("Paused at ").contains("as of " + asOf);
            assertThat(browser.getTitle()).startsWith("As of " + asOf);
            assertThat(axis()).as("the axis ends then").contains(asOf).doesNotContain("now");
            assertThat(trial).startsWith("Next trial in ");
            assertThat(card("payments").findElement(By.cssSelector(".trial")).getText())
                    .as("no countdown that stands still")
                    .matches("Next trial at \\d+:\\d\\d:\\d\\d");
            assertThat(row("payments").getText()).doesNotContain("trial in");
            at("#name=payments");
            soon(() -> assertThat(text("panel-state")).startsWith("As of " + asOf));
        } finally {
            pause.click();
        }
        soon(() -> assertThat(axis()).contains("now "));
        assertThat(text("headline-text")).doesNotStartWith("As of");
    }

    @Test
    void linkToAFieldShouldLeadToIt() {
        at("#name=payments&tab=settings&field=circuit-breaker.openDuration");
        By field = By.id("circuit-breaker-openDuration");
        soon(() -> assertThat(browser.switchTo().activeElement()).isEqualTo(browser.findElement(field)));
        assertThat(browser.executeScript("const view = document.getElementById('view').getBoundingClientRect(), field ="
                        + " document.getElementById('circuit-breaker-openDuration').getBoundingClientRect();"
                        + " return field.top >= view.top && field.bottom <= view.bottom"))
                .as("it is in sight")
                .isEqualTo(true);
        browser.findElement(By.id("tab-actions")).click();
        soon(() -> assertThat(browser.getCurrentUrl()).doesNotContain("field="));
    }

    @Test
    void adviceShouldLeadToTheFieldThatItNames() {
        answer(problem("payments", "failing", """
                        {"kind": "failing", "pattern": "circuit-breaker", "text": "calls fail", "since": "SINCE", "action": "settings",
                         "opensAt": "1000 more failures than successes", "failureThreshold": 1000, "failureCount": 680}""", ""), row("payments", "failing", 20, 15, 0, "{}"));
        soon(() -> assertThat(
                        card("payments").findElement(By.cssSelector(".todo a")).getText())
                .isEqualTo("failureThreshold"));
        assertThat(card("payments").findElement(By.cssSelector(".views a")).getDomAttribute("href"))
                .as("the first link, as well")
                .endsWith("#name=payments&tab=settings&field=circuit-breaker.failureThreshold");
        card("payments").findElement(By.cssSelector(".todo a")).click();
        soon(() -> assertThat(browser.switchTo().activeElement().getDomAttribute("id"))
                .isEqualTo("circuit-breaker-failureThreshold"));
    }

    // ---- everyone

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void pageShouldHaveNoBarrierThatAxeKnows(String scheme) {
        payments.forceOpen();
        try {
            show(1280, 900, scheme);
            at("#name=payments&tab=settings");
            soon(() -> assertThat(browser.findElements(By.id("circuit-breaker-failureThreshold")))
                    .isNotEmpty());
            soon(() -> assertThat(card("payments").getText()).containsIgnoringCase("forced open"));
            assertThat(barriers()).as("with settings").isEmpty();
            at("#name=payments&tab=timeline");
            soon(() -> assertThat(browser.findElements(By.id("reading"))).isNotEmpty());
            assertThat(barriers()).as("with the timeline").isEmpty();
            at("#name=payments&tab=actions");
            soon(() -> press(browser.findElement(By.id("do-circuit-breaker-reset"))));
            soon(() -> assertThat(browser.findElement(By.id("question")).isDisplayed())
                    .isTrue());
            assertThat(barriers()).as("with a question asked").isEmpty();
            browser.switchTo().activeElement().sendKeys(Keys.ESCAPE);
        } finally {
            showAsBefore();
        }
    }

    @Test
    void coloursShouldFollowTheSwitchAcrossReloads() {
        show(1280, 900, "light");
        String light = background();
        chooseColours("dark");
        String dark = background();
        assertThat(dark).isNotEqualTo(light);
        load("");
        assertThat(background()).isEqualTo(dark);
        chooseColours("system");
        assertThat(background()).isEqualTo(light);
        showAsBefore();
    }

    /** The pictures of the documentation: into the folder that the environment's DASHBOARD_PICTURES names. */
    @Test
    void pageShouldBePicturedWhereAsked() throws Exception {
        String folder = System.getenv("DASHBOARD_PICTURES");
        assumeTrue(folder != null, "Nobody asked for pictures");
        Thread customers = new Thread(() -> buy(server), "customers");
        customers.setDaemon(true);
        customers.start();
        try {
            long began = polls();
            await().atMost(Duration.ofMinutes(3)).until(() -> polls() > began + 40);
            knobs("payments", "{\"failureRate\": 1}");
            soon(() -> assertThat(card("payments").getText()).contains("open"));
            long failing = polls();
            await().atMost(Duration.ofMinutes(3)).until(() -> polls() > failing + 8);
            soon(() -> assertThat(text("headline")).contains("circuit open"));
            Path pictures = Files.createDirectories(Path.of(folder));
            picture(pictures.resolve("dashboard-light.png"), "", 1280, 800, "light");
            // The same moment, and beside it its timeline.
            show(1280, 800, "light");
            at("#name=payments&tab=timeline");
            soon(() -> assertThat(browser.findElements(By.id("reading"))).isNotEmpty());
            for (String scheme : List.of("light", "dark")) {
                show(1280, 800, scheme);
                Files.write(
                        pictures.resolve(scheme.equals("light") ? "dashboard-panel.png" : "dashboard-dark.png"),
                        browser.getScreenshotAs(OutputType.BYTES));
            }
            showAsBefore();
            picture(pictures.resolve("dashboard-narrow.png"), "", 390, 844, "light");
            picture(pictures.resolve("dashboard-wide.png"), "#name=payments", 1920, 1080, "light");
        } finally {
            customers.interrupt();
            customers.join();
            knobs("payments", "{\"failureRate\": 0}");
        }
    }

    private void knobs(String service, String json) throws Exception {
        post(server.uri("/simulator/" + service + "/knobs"), json);
    }

    private static void buy(LocalServer server) {
        try {
            while (true) {
                post(server.uri("/orders"), "{\"product\": 1, \"quantity\": 1}");
                for (String page : List.of("/products/1", "/shipping")) {
                    HttpRequest request =
                            HttpRequest.newBuilder(server.uri(page)).build();
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
                }
            }
        } catch (InterruptedException e) {
            // There are pictures enough.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void post(URI uri, String json) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
    }

    private static void picture(Path file, String address, int width, int height, String scheme) throws Exception {
        show(width, height, scheme);
        at(address);
        long polls = polls();
        soon(() -> assertThat(polls()).isGreaterThan(polls + 1));
        Files.write(file, browser.getScreenshotAs(OutputType.BYTES));
        showAsBefore();
    }

    private void load(String fragment) {
        browser.get("about:blank");
        browser.get(server.uri("/actuator/resilienceui") + fragment);
        soon(() -> assertThat(browser.findElements(By.cssSelector("#rows tr"))).isNotEmpty());
    }

    /** Goes to another state of the same page. */
    private static void at(String fragment) {
        browser.executeScript(
                "history.pushState(null, '', location.pathname + arguments[0]);"
                        + " dispatchEvent(new Event('address'))",
                fragment);
    }

    /** Confirms the page's question. */
    private static void agree() {
        soon(() ->
                assertThat(browser.findElement(By.id("question")).isDisplayed()).isTrue());
        browser.switchTo().activeElement().sendKeys(Keys.TAB);
        browser.switchTo().activeElement().sendKeys(Keys.ENTER);
    }

    private static void chooseColours(String name) {
        browser.findElement(By.cssSelector("#theme option[value='" + name + "']"))
                .click();
    }

    private static String background() {
        return (String) browser.executeScript("return getComputedStyle(document.body).backgroundColor");
    }

    private static Object sticksOut() {
        return browser.executeScript("return document.documentElement.scrollWidth > innerWidth"
                + " || document.getElementById('view').scrollWidth > document.getElementById('view').clientWidth");
    }

    private static WebElement row(String name) {
        return browser.findElements(By.cssSelector("#rows th a")).stream()
                .filter(link -> link.getText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No row of " + name))
                .findElement(By.xpath("ancestor::tr"));
    }

    /** The button of a problem whose text begins so. */
    private static WebElement action(String name, String words) {
        return card(name).findElements(By.tagName("button")).stream()
                .filter(button -> button.getText().startsWith(words))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No button " + words + " of " + name));
    }

    private static WebElement card(String name) {
        return browser.findElements(By.cssSelector("#problems > li")).stream()
                .filter(card -> card.findElement(By.tagName("h3")).getText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No problem of " + name));
    }
}
