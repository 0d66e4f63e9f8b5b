package io.netrun.resilience.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.filter.OncePerRequestFilter;

/** The shop's home page in a real browser. Left out without Chromium, unless BROWSER_TESTS is "required". */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"shop.settlement-cron=-", "shop.demo.pace=1ms"})
class HomePageTests extends PageInBrowser {

    private static final String MARKUP = "<img src=x onerror=document.title='harmed'>";

    @Autowired
    private LocalServer server;

    @Autowired
    private ResilienceRegistry registry;

    @Autowired
    private Obstacles obstacles;

    private CircuitBreaker payments;

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

        private volatile boolean outage;
        private volatile boolean broken;
        private volatile CountDownLatch late = new CountDownLatch(0);

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            boolean changes = "POST".equals(request.getMethod());
            if (outage && request.getRequestURI().endsWith("/resilience/overview")) {
                response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            } else if (broken && changes) {
                response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            } else {
                if (request.getRequestURI().endsWith("/resilience/overview")) {
                    awaitLate();
                }
                chain.doFilter(request, response);
            }
        }

        private void awaitLate() {
            try {
                late.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @BeforeEach
    void openPage() {
        registry.all(CircuitBreaker.TYPE).forEach(CircuitBreaker::reset);
        payments = registry.find(CircuitBreaker.TYPE, "payments").orElseThrow();
        browser.get(server.uri("/").toString());
        soon(() -> assertThat(text("clock")).isNotEmpty());
    }

    @AfterEach
    void pageShouldHaveHadNoErrorAndNoOtherOrigin() {
        payments.reset();
        post("/customers", "{\"perSecond\": 0}");
        post("/simulator/bike/knobs", "{\"failureRate\": 0, \"latency\": \"20ms\"}");
        // The browser also logs what the tests make fail.
        assertThatNothingFailed(entry -> entry.getMessage().contains("status of 50"));
    }

    @Test
    void everyDependencyShouldHaveAnArrow() {
        assertThat(browser.findElements(By.cssSelector("#arrows .box")).stream()
                        .map(box -> box.getText().lines().findFirst().orElse("")))
                .containsExactly(
                        "Payment provider",
                        "Recommendations",
                        "Parcel carrier",
                        "Bike carrier",
                        "Exchange rates",
                        "Bookkeepers",
                        "Database",
                        "Database: reports");
        assertThat(browser.findElements(By.cssSelector("#arrows .box .name")).stream()
                        .map(WebElement::getText))
                .as("as the dashboard calls them")
                .containsExactly(
                        "payments",
                        "ParcelCarrier.quote",
                        "BikeCarrier.quote",
                        "exchange-rates",
                        "settlement",
                        "reports");
        List<String> names = browser.findElements(By.cssSelector("#arrows .words a")).stream()
                .map(link -> link.getDomProperty("href").replaceAll(".*#name=", ""))
                .toList();
        assertThat(names)
                .as("names of the diagram that the shop does not have")
                .allMatch(name ->
                        registry.all().stream().anyMatch(policy -> policy.name().equals(name)));
    }

    @Test
    void arrowShouldShowRateAndStateOfItsName() {
        post("/customers", "{\"perSecond\": 5}");
        soon(() -> assertThat(arrow("payments").getText()).containsPattern("● healthy\\R[\\d.]+/s"));
        soon(() -> assertThat(browser.findElement(By.id("visits")).getText())
                .containsPattern("● healthy\\R[\\d.]+/s, [\\d.]+ m?s"));
        payments.forceOpen();
        soon(() -> assertThat(arrow("payments").getText()).startsWith("◆ all calls have been rejected for "));
        assertThat(arrow("payments").getDomAttribute("class")).contains("forced");
        // The headline names two problems only, and those that other tests leave end by themselves.
        soon(() -> assertThat(text("headline"))
                .contains("payments: all calls have been rejected for ", ": forced open by "));
        assertThat(text("clock")).as("with the time zone, as the dashboard").matches(".*\\d [A-Z].*");
        assertThat(text("summary"))
                .matches("\\d of \\d+ names reject calls, \\d fail, \\d forced open, \\d with a warning");
        payments.reset();
        soon(() -> assertThat(arrow("payments").getText()).startsWith("●"));
        soon(() -> assertThat(text("headline")).doesNotContain("forced"));
    }

    @Test
    void linksAndButtonsShouldNotHaveTheGreenOfHealthy() {
        post("/customers", "{\"perSecond\": 5}");
        for (String scheme : List.of("light", "dark")) {
            show(1280, 800, scheme);
            try {
                soon(() -> assertThat(arrow("payments").getText()).startsWith("● healthy"));
                assertThat((List<?>) browser.executeScript(
                                "const isGreen = colour => { const [r, g, b] = colour.match(/\\d+/g).map(Number);"
                                        + " return g > r && g > b; }; return [...document.querySelectorAll('button, .right a,"
                                        + " .list a')].filter(each => ['color', 'borderBottomColor', 'backgroundColor'].some("
                                        + "of => isGreen(getComputedStyle(each)[of]))).map(each => each.outerHTML)"))
                        .isEmpty();
            } finally {
                showAsBefore();
            }
        }
    }

    @Test
    void knobsOnAnArrowShouldTurnThoseOfItsService() {
        WebElement fails = knob("Bike carrier: fails");
        press(fails);
        soon(() -> assertThat(fails.getDomAttribute("aria-pressed")).isEqualTo("true"));
        assertThat(get("/simulator/bike/knobs")).contains("\"failureRate\":1.0");
        assertThat(text("outcome")).isEqualTo("Done: Bike carrier: fails");
        soon(() -> assertThat(browser.findElement(By.id("arrows")).getText()).contains("\nset to fail 100 %"));
        press(knob("Bike carrier: slow"));
        soon(() -> assertThat(browser.findElement(By.id("arrows")).getText()).contains("\nset to take 4 s"));
        assertThat(fails.getDomAttribute("aria-pressed")).isEqualTo("false");
        press(knob("Bike carrier: works"));
        soon(() -> assertThat(knob("Bike carrier: works").getDomAttribute("aria-pressed"))
                .isEqualTo("true"));
        assertThat(get("/simulator/bike/knobs")).contains("\"failureRate\":0.0", "\"latency\":\"20ms\"");
    }

    @Test
    void slowAnswersToCustomersShouldNotBeHealthy() {
        browser.executeScript(
                "let asked = 0; const ask = window.fetch; window.fetch = (path, ...more) => path !== '/customers'"
                        + " ? ask(path, ...more) : (asked++, Promise.resolve(Response.json({perSecond: 5, answered: 10 * asked,"
                        + " failed: 0, totalMillis: 7_700 * asked, usualMillis: 32})));");
        try {
            soon(() -> assertThat(browser.findElement(By.id("visits")).getText())
                    .contains("◐ slow, 770 ms instead of 32 ms")
                    .doesNotContain("healthy"));
            assertThat(browser.findElement(By.id("visits")).getDomAttribute("class"))
                    .contains("warning");
        } finally {
            browser.navigate().refresh();
        }
    }

    @Test
    void customersAndReportsShouldComeAtAPress() {
        press(knob("Customers: a few, 2 a second"));
        soon(() -> assertThat(knob("Customers: a few, 2 a second").getDomAttribute("aria-pressed"))
                .isEqualTo("true"));
        press(knob("Customers: nobody"));
        soon(() -> assertThat(knob("Customers: nobody").getDomAttribute("aria-pressed"))
                .isEqualTo("true"));
        post("/customers", "{\"perSecond\": 5}");
        soon(() -> assertThat(knob("Customers: a few, 2 a second").getDomAttribute("aria-pressed"))
                .as("any number is one of the three")
                .isEqualTo("true"));
        soon(() -> assertThat(text("come")).isEqualTo("5 a second"));
        press(knob("Customers: nobody"));
        press(knob("Database: reports: Send 8 at once"));
        soon(() -> assertThat(arrow("reports").getText()).startsWith("■ ").contains("bulkhead full"));
    }

    @Test
    void pageShouldBeOperatedByKeyboardInTheOrderOfTheDiagram() {
        WebElement first = knob("Customers: nobody");
        browser.executeScript("arguments[0].focus()", first);
        List<String> reached = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            browser.switchTo().activeElement().sendKeys(Keys.TAB);
            WebElement element = browser.switchTo().activeElement();
            reached.add(String.valueOf(element.getDomAttribute("aria-label")).replaceAll("(?s),.*", ""));
            assertThat(element.getCssValue("outline-style")).as("seen focus").isNotEqualTo("none");
        }
        assertThat(reached)
                .containsExactly(
                        "Customers: a few",
                        "Customers: a crowd",
                        "Payment provider",
                        "Payment provider: works",
                        "Payment provider: fails",
                        "Payment provider: slow",
                        "Recommendations",
                        "Recommendations: works",
                        "Recommendations: fails");
    }

    @Test
    void demoShouldPlayOnTheDiagram() {
        press(browser.findElement(By.id("play")));
        soon(() -> assertThat(text("story")).contains("=== A good day"));
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(
                        () -> assertThat(browser.findElement(By.id("play")).isEnabled())
                                .isTrue());
        assertThat(text("story")).contains("=== An outage: the breaker opens", "=== The night job");
        soon(() -> assertThat(arrow("BikeCarrier.quote").getText()).isNotEqualTo("no calls"));
    }

    @Test
    void nameWithMarkupShouldBeShownAsText() {
        registry.getOrCreate(CircuitBreaker.TYPE, MARKUP).forceOpen();
        try {
            soon(() -> assertThat(text("elsewhere")).contains("◆ " + MARKUP + ": all calls have been rejected for "));
            assertThat(browser.findElements(By.tagName("img"))).isEmpty();
            assertThat(browser.getTitle()).isEqualTo("The Resilient Tea Shop");
        } finally {
            registry.remove(CircuitBreaker.TYPE, MARKUP);
        }
        soon(() -> assertThat(browser.findElement(By.id("elsewhere")).isDisplayed())
                .isFalse());
    }

    @Test
    void failingAnswerShouldBeSaidAndRecoveredFrom() {
        obstacles.outage = true;
        try {
            soon(() -> assertThat(text("connection"))
                    .contains("Not reachable since", "overview answered 500", "The diagram is outdated"));
            assertThat(browser.findElement(By.id("shop")).getDomAttribute("class"))
                    .contains("outdated");
        } finally {
            obstacles.outage = false;
        }
        soon(() -> assertThat(text("connection")).isEmpty());
        assertThat(browser.findElement(By.id("shop")).getDomAttribute("class")).isEmpty();
    }

    @Test
    void lateAnswerShouldBeSaid() {
        obstacles.late = new CountDownLatch(1);
        try {
            soon(() -> assertThat(text("connection")).contains("Not reachable since", "no answer in 5 s"));
        } finally {
            obstacles.late.countDown();
        }
        soon(() -> assertThat(text("connection")).isEmpty());
    }

    @Test
    void knobThatDidNotTurnShouldSaySo() {
        obstacles.broken = true;
        try {
            press(knob("Bike carrier: fails"));
            soon(() -> assertThat(text("outcome"))
                    .isEqualTo("Bike carrier: fails did not work: /simulator/bike/knobs answered 500"));
            press(browser.findElement(By.id("play")));
            soon(() -> assertThat(text("story")).contains("The demo cannot be followed: the answer was 500"));
        } finally {
            obstacles.broken = false;
        }
        assertThat(knob("Bike carrier: fails").getDomAttribute("aria-pressed")).isEqualTo("false");
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
    void pageShouldFitTheScreenAndHaveNoBarrier(int width, int height, String scheme) throws Exception {
        payments.forceOpen();
        post("/simulator/bike/knobs", "{\"failureRate\": 1}");
        post("/customers", "{\"perSecond\": 5}");
        try {
            show(width, height, scheme);
            soon(() -> assertThat(arrow("payments").getText()).startsWith("◆ all calls have been rejected for "));
            soon(() ->
                    assertThat(browser.findElement(By.id("arrows")).getText()).contains("set to fail 100 %"));
            soon(() ->
                    assertThat(browser.findElement(By.id("visits")).getText()).contains("get an error"));
            assertThat(browser.executeScript("return document.documentElement.scrollWidth > innerWidth"))
                    .as("something sticks out")
                    .isEqualTo(false);
            assertThat(browser.executeScript("return [...document.querySelectorAll('#head *, #shop *')].filter(each =>"
                            + " each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 1"
                            + " && !each.closest('.line-box')).map(each => each.outerHTML)"))
                    .as("what is cut off")
                    .isEqualTo(List.of());
            assertThat(browser.executeScript("return [...document.querySelectorAll('#arrows .box')].flatMap(box => {"
                            + " const text = box.firstChild; return [...text.data.matchAll(/\\S+/g)].filter(word => {"
                            + " const range = document.createRange(); range.setStart(text, word.index);"
                            + " range.setEnd(text, word.index + word[0].length);"
                            + " return range.getClientRects().length > 1; }).map(word => word[0]); })"))
                    .as("words that are broken")
                    .isEqualTo(List.of());
            if (width > 1100) {
                assertThat(browser.executeScript("const at = id => document.getElementById(id).getBoundingClientRect();"
                                + " return at('live').right <= at('play-it').left && at('live').bottom <= innerHeight"))
                        .as("the diagram and the text beside it are seen without scrolling")
                        .isEqualTo(true);
            }
            picture(width + "-" + scheme);
            assertThat(barriers()).isEmpty();
        } finally {
            showAsBefore();
        }
    }

    /** The picture of the documentation. */
    @Test
    void homeShouldBePicturedWhereAsked() throws Exception {
        assumeTrue(System.getenv("DASHBOARD_PICTURES") != null, "Nobody asked for pictures");
        show(1280, 800, "light");
        post("/customers", "{\"perSecond\": 3}");
        soon(() -> assertThat(arrow("recommendations").getText()).contains("healthy"));
        post("/simulator/payments/knobs", "{\"failureRate\": 1}");
        try {
            soon(() -> assertThat(arrow("payments").getText()).contains("circuit open for ", ", trial in", "rejected"));
            picture("light");
        } finally {
            post("/simulator/payments/knobs", "{\"failureRate\": 0}");
            showAsBefore();
        }
    }

    /** Into the folder that the environment's DASHBOARD_PICTURES names. */
    private static void picture(String name) throws IOException {
        String folder = System.getenv("DASHBOARD_PICTURES");
        if (folder != null) {
            Files.write(
                    Files.createDirectories(Path.of(folder)).resolve("home-" + name + ".png"),
                    browser.getScreenshotAs(OutputType.BYTES));
        }
    }

    private static WebElement arrow(String name) {
        return browser.findElement(By.cssSelector("#arrows .words a[href$='#name=" + name + "']"))
                .findElement(By.xpath("ancestor::*[contains(@class, 'arrow')]"));
    }

    private static WebElement knob(String label) {
        return browser.findElement(By.cssSelector(".knobs [aria-label='" + label + "']"));
    }

    private String get(String path) {
        return send(HttpRequest.newBuilder(server.uri(path)).build());
    }

    private void post(String path, String json) {
        send(HttpRequest.newBuilder(server.uri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    private static String send(HttpRequest request) {
        try {
            return HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
