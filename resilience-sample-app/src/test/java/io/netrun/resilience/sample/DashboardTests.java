package io.netrun.resilience.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.selenium.AxeBuilder;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogType;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.filter.OncePerRequestFilter;

/** The dashboard in a real browser. Left out without Chromium, unless the environment's BROWSER_TESTS is "required". */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "shop.settlement-cron=-")
class DashboardTests {

    private static final String MARKUP = "<img src=x onerror=document.title='harmed'>";

    @TempDir
    static Path profile;

    private static ChromeDriver browser;

    @Autowired
    private LocalServer server;

    @Autowired
    private ResilienceRegistry registry;

    private CircuitBreaker payments;

    @Autowired
    private Outage outage;

    @TestConfiguration(proxyBeanMethods = false)
    static class StrictPolicy {

        @Bean
        Filter contentSecurityPolicy() {
            return (request, response, chain) -> {
                ((HttpServletResponse) response).setHeader("Content-Security-Policy", "default-src 'self'");
                chain.doFilter(request, response);
            };
        }

        @Bean
        Outage outage() {
            return new Outage();
        }
    }

    /** Where it is on, the endpoint answers nothing but errors, and the times of the questions are kept. */
    static class Outage extends OncePerRequestFilter {

        private final List<Long> asked = new CopyOnWriteArrayList<>();
        private volatile boolean on;

        @Override
        protected boolean shouldNotFilter(HttpServletRequest request) {
            return !on || !request.getRequestURI().endsWith("/actuator/resilience");
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain) {
            asked.add(System.nanoTime());
            response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
        }
    }

    @BeforeAll
    static void startBrowser() {
        browser = Chromium.start(profile);
    }

    @AfterAll
    static void quitBrowser() {
        if (browser != null) {
            browser.quit();
        }
    }

    @BeforeEach
    void openPage() {
        payments = registry.find(CircuitBreaker.TYPE, "payments").orElseThrow();
        payments.reset();
        browser.get(server.uri("/actuator/resilienceui").toString());
        soon(() -> assertThat(tile("payments", "circuit breaker").getText()).contains("closed"));
    }

    @AfterEach
    void pageShouldHaveHadNoErrorAndNoOtherOrigin() {
        payments.reset();
        assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
                .noneMatch(entry -> entry.getLevel().equals(Level.SEVERE)
                        && !entry.getMessage().contains("favicon")
                        // The browser also logs what the endpoint rejects.
                        && !entry.getMessage().contains("status of 400"));
        List<?> addresses = (List<?>) browser.executeScript(
                "return performance.getEntriesByType('resource').map(entry => new URL(entry.name).origin)");
        assertThat(addresses).isNotEmpty().allMatch(browser.executeScript("return location.origin")::equals);
    }

    @Test
    void pageWhenCircuitOpensShouldShowItFirst() {
        payments.forceOpen();
        soon(() -> assertThat(
                        browser.findElement(By.cssSelector("#tiles article")).getText())
                .contains("payments", "forced open"));
    }

    @Test
    void filterShouldLeaveWhatFits() {
        browser.findElement(By.id("text")).sendKeys("report");
        soon(() -> assertThat(browser.findElements(By.cssSelector("article:not([hidden]) h3")))
                .isNotEmpty()
                .allMatch(title -> title.getText().contains("report")));
    }

    @Test
    void nameWithMarkupShouldBeShownAsText() {
        registry.getOrCreate(CircuitBreaker.TYPE, MARKUP, CircuitBreakerConfig.defaults());
        soon(() -> assertThat(tile(MARKUP, "circuit breaker").getText()).contains(MARKUP));
        assertThat(browser.findElements(By.tagName("img"))).isEmpty();
        assertThat(browser.getTitle()).isEqualTo("Resilience");
        registry.remove(CircuitBreaker.TYPE, MARKUP);
    }

    @Test
    void keyboardAloneShouldForceOpenAfterAQuestion() {
        WebElement button = open("payments", "circuit breaker")
                .findElements(By.cssSelector("button"))
                .get(1);
        button.sendKeys(Keys.ENTER);
        assertThat(payments.state()).isEqualTo(CircuitBreaker.State.CLOSED);
        browser.switchTo().activeElement().sendKeys(Keys.TAB);
        browser.switchTo().activeElement().sendKeys(Keys.ENTER);
        soon(() -> assertThat(browser.findElement(By.id("outcome")).getText()).contains("Done", "payments"));
        assertThat(payments.state()).isEqualTo(CircuitBreaker.State.FORCED_OPEN);
        assertThat(browser.switchTo().activeElement()).isEqualTo(button);
    }

    @Test
    void instanceShouldBeSwitchedOffAndOnFromThePage() {
        WebElement tile = open("reports", "bulkhead");
        tile.findElement(By.cssSelector(".row button")).sendKeys(Keys.ENTER);
        agree();
        soon(() -> assertThat(tile("reports", "bulkhead").getText()).contains("switched off", "switch on"));
        assertThat(registry.find(Bulkhead.TYPE, "reports").orElseThrow().isEnabled())
                .isFalse();
        tile.findElement(By.cssSelector(".row button")).sendKeys(Keys.ENTER);
        agree();
        soon(() -> assertThat(tile("reports", "bulkhead").getText()).contains("healthy", "switch off"));
    }

    @Test
    void settingsShouldBeChangeableAndRejectionsExplained() {
        WebElement tile = open("reports", "bulkhead");
        WebElement field = tile.findElement(By.cssSelector("form input"));
        field.sendKeys("maxConcurrent=0" + Keys.ENTER);
        agree();
        soon(() -> assertThat(browser.findElement(By.id("outcome")).getText())
                .contains("Not done", "maxConcurrent is 0: must be between 1 and"));
        field.clear();
        field.sendKeys("maxConcurrent=3" + Keys.ENTER);
        agree();
        soon(() -> assertThat(tile("reports", "bulkhead").getText()).contains("0 of 3"));
        registry.reconfigure(
                Bulkhead.TYPE, "reports", c -> c.toBuilder().maxConcurrent(2).build());
    }

    @Test
    void questionThatIsAnsweredWithNoShouldChangeNothing() {
        WebElement disable = open("payments", "circuit breaker")
                .findElements(By.cssSelector("button"))
                .get(2);
        assertThat(disable.getText()).startsWith("disable");
        disable.sendKeys(Keys.ENTER);
        browser.switchTo().activeElement().sendKeys(Keys.ENTER);
        soon(() -> assertThat(browser.switchTo().activeElement()).isEqualTo(disable));
        assertThat(browser.findElement(By.id("outcome")).getText()).isEmpty();
        assertThat(payments.state()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void openCircuitShouldCountDownShowWhyAndCloseWhenReset() {
        CircuitBreaker flaky = registry.getOrCreate(
                CircuitBreaker.TYPE,
                "flaky",
                CircuitBreakerConfig.builder().failureThreshold(1).build());
        assertThatThrownBy(() -> flaky.run(() -> {
                    throw new IllegalStateException("broken pipe");
                }))
                .hasMessage("broken pipe");
        soon(() ->
                assertThat(tile("flaky", "circuit breaker").getText()).containsPattern("Next trial\\s+in [1-5]?\\d s"));
        WebElement tile = open("flaky", "circuit breaker");
        soon(() -> assertThat(tile.getText())
                .contains("stateChanged from: closed, to: open", "IllegalStateException: broken pipe"));
        tile.findElement(By.cssSelector("button")).sendKeys(Keys.ENTER);
        agree();
        soon(() -> assertThat(browser.findElement(By.id("outcome")).getText()).contains("Done: reset of flaky"));
        assertThat(flaky.state()).isEqualTo(CircuitBreaker.State.CLOSED);
        registry.remove(CircuitBreaker.TYPE, "flaky");
    }

    @Test
    void tileShouldShowItsChainsAndTheDurationsOfAttempts() throws Exception {
        post(server.uri("/orders"), "{\"product\": 1, \"quantity\": 1}");
        WebElement tile = open("payments", "circuit breaker");
        soon(
                () -> assertThat(tile.getText())
                        .containsPattern("Attempts take\\s+.*, longest \\d")
                        .contains(
                                "PaymentClient.charge(String, BigDecimal): timeout payments → retry payments → circuit-breaker payments"));
    }

    private static WebElement open(String name, String kind) {
        WebElement tile = tile(name, kind);
        tile.findElement(By.tagName("summary")).sendKeys(Keys.ENTER);
        soon(() -> assertThat(tile.findElements(By.cssSelector("button"))).isNotEmpty());
        return tile;
    }

    /** Confirms the page's question. */
    private static void agree() {
        browser.switchTo().activeElement().sendKeys(Keys.TAB);
        browser.switchTo().activeElement().sendKeys(Keys.ENTER);
    }

    @Test
    void pageShouldAskForNothingWhileItIsPaused() {
        WebElement pause = browser.findElement(By.id("pause"));
        pause.click();
        assertThat(pause.getDomAttribute("aria-pressed")).isEqualTo("true");
        payments.forceOpen();
        // Longer than one poll and a request that may have been in flight.
        await().during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(10))
                .until(() -> tile("payments", "circuit breaker").getText().contains("closed"));
        pause.click();
        soon(() -> assertThat(tile("payments", "circuit breaker").getText()).contains("forced open"));
    }

    @Test
    void pageShouldAskLessOftenWhileNothingAnswers() {
        outage.asked.clear();
        outage.on = true;
        try {
            soon(() -> assertThat(browser.findElement(By.id("connection")).getText())
                    .contains("Not reachable since", "the answer was 500", "The data below is outdated"));
            await().atMost(Duration.ofSeconds(60)).until(() -> outage.asked.size() >= 3);
        } finally {
            outage.on = false;
        }
        assertThat(outage.asked.get(2) - outage.asked.get(1)).isGreaterThan(outage.asked.get(1) - outage.asked.get(0));
        browser.findElement(By.id("pause")).click();
        browser.findElement(By.id("pause")).click();
        soon(() ->
                assertThat(browser.findElement(By.id("connection")).getText()).isEmpty());
        // The browser logs the failed requests.
        assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
                .allMatch(entry -> entry.getMessage().contains("status of 500"));
    }

    @ParameterizedTest
    @CsvSource({"1280, light", "1280, dark", "390, light", "390, dark"})
    void pageShouldHaveNoBarrierThatAxeKnows(int width, String scheme) {
        payments.forceOpen();
        soon(() -> assertThat(tile("payments", "circuit breaker").getText()).contains("forced open"));
        show(width, scheme);
        WebElement tile = open("payments", "circuit breaker");
        soon(() -> assertThat(barriers()).isEmpty());
        tile.findElements(By.cssSelector("button")).get(1).sendKeys(Keys.ENTER);
        soon(() -> assertThat(barriers()).as("with a question asked").isEmpty());
        browser.switchTo().activeElement().sendKeys(Keys.ESCAPE);
        browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    }

    @Test
    void hundredsOfInstancesShouldStayUsable() {
        try {
            addHosts(500);
            registry.find(CircuitBreaker.TYPE, "host:321.example").orElseThrow().forceOpen();
            soon(() -> assertThat(browser.findElement(By.cssSelector("#tiles article h3"))
                            .getText())
                    .as("the worst comes first")
                    .isEqualTo("host:321.example"));
            browser.findElement(By.id("text")).sendKeys("host:499");
            soon(() -> assertThat(browser.findElements(By.cssSelector("article:not([hidden]) h3")))
                    .singleElement()
                    .satisfies(title -> assertThat(title.getText()).isEqualTo("host:499.example")));
        } finally {
            removeHosts();
        }
        browser.findElement(By.id("text")).clear();
        soon(() -> assertThat(browser.findElements(By.cssSelector("#tiles article")))
                .hasSizeLessThan(100));
    }

    @Test
    void pageShouldDrawTheLinesThatCanBeSeenAndNoOthers() {
        try {
            addHosts(200);
            soon(() -> assertThat(browser.findElements(By.cssSelector("#tiles article")))
                    .hasSizeGreaterThan(200));
            soon(() -> assertThat(drawn()).isPositive());
            assertThat(drawn()).isLessThan(100);
            long before = drawn();
            browser.executeScript("window.scrollTo(0, document.body.scrollHeight)");
            soon(() -> assertThat(drawn()).isGreaterThan(before));
        } finally {
            removeHosts();
        }
    }

    private void addHosts(int number) {
        for (int i = 0; i < number; i++) {
            registry.getOrCreate(CircuitBreaker.TYPE, "host:" + i + ".example", CircuitBreakerConfig.defaults());
        }
    }

    private void removeHosts() {
        registry.all(CircuitBreaker.TYPE).stream()
                .filter(breaker -> breaker.name().startsWith("host:"))
                .forEach(registry::remove);
    }

    private static long drawn() {
        return (long) browser.executeScript("return document.querySelectorAll('#tiles canvas').length");
    }

    /** What axe-core finds, as text. */
    private static List<String> barriers() {
        return new AxeBuilder()
                .analyze(browser).getViolations().stream()
                        .map(rule -> rule.getId() + ": " + rule.getNodes())
                        .toList();
    }

    private static void show(int width, String scheme) {
        Map<String, Object> size = Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false);
        browser.executeCdpCommand("Emulation.setDeviceMetricsOverride", size);
        browser.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** The pictures of the README: into the folder that the environment's DASHBOARD_PICTURES names. */
    @Test
    void pageShouldBePicturedWhereAsked() throws Exception {
        String folder = System.getenv("DASHBOARD_PICTURES");
        assumeTrue(folder != null, "Nobody asked for pictures");
        knobs("{\"failureRate\": 1}");
        Thread customers = new Thread(() -> buy(server), "customers");
        customers.setDaemon(true);
        customers.start();
        try {
            soon(() -> assertThat(browser.findElement(By.cssSelector("#tiles article"))
                            .getText())
                    .contains("payments", "open"));
            Path pictures = Files.createDirectories(Path.of(folder));
            picture(pictures.resolve("dashboard-light.png"), 1280, "light");
            picture(pictures.resolve("dashboard-dark.png"), 1280, "dark");
            picture(pictures.resolve("dashboard-narrow.png"), 390, "light");
        } finally {
            customers.interrupt();
            customers.join();
            knobs("{\"failureRate\": 0}");
        }
    }

    private void knobs(String json) throws Exception {
        post(server.uri("/simulator/payments/knobs"), json);
    }

    private static void buy(LocalServer server) {
        try {
            while (true) {
                post(server.uri("/orders"), "{\"product\": 1, \"quantity\": 1}");
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

    private static void picture(Path file, int width, String scheme) throws Exception {
        show(width, scheme);
        // After two polls the lines are drawn in the current colours and width.
        long polls = polls();
        soon(() -> assertThat(polls()).isGreaterThan(polls + 1));
        Files.write(file, browser.getScreenshotAs(OutputType.BYTES));
        browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
    }

    private static long polls() {
        return (Long) browser.executeScript(
                "return performance.getEntriesByName(new URL('resilience', location).href).length");
    }

    private static WebElement tile(String name, String kind) {
        return browser.findElements(By.cssSelector("#tiles article")).stream()
                .filter(tile -> tile.findElement(By.tagName("h3")).getText().equals(name)
                        && tile.findElement(By.className("kind")).getText().equals(kind))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No tile of " + kind + " " + name));
    }

    private static void soon(org.awaitility.core.ThrowingRunnable check) {
        await().atMost(Duration.ofSeconds(15))
                .ignoreExceptionsInstanceOf(org.openqa.selenium.WebDriverException.class)
                .untilAsserted(check);
    }
}
