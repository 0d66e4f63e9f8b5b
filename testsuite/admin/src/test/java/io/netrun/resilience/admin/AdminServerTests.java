package io.netrun.resilience.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.shared.Chromium;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogType;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Two processes of a shop that register with a server of Spring Boot Admin, each on a port of its own. What needs a
 * browser is left out without Chromium, unless the environment's BROWSER_TESTS is "required".
 */
class AdminServerTests {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String OVERVIEW = "/actuator/resilience/overview";
    private static final String PAYMENTS = "/actuator/resilience/circuit-breaker/payments";

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final By ROW = By.xpath("//tr[th/a[.='payments']]");

    @TempDir
    static Path profile;

    private static ConfigurableApplicationContext admin;
    private static List<ConfigurableApplicationContext> shops;
    private static ChromeDriver browser;

    @BeforeAll
    static void startAdminAndShops() {
        admin = AdminApplication.start();
        shops = Stream.generate(() -> ShopApplication.start(adminUrl("")))
                .limit(2)
                .toList();
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(ids("$[?('resilienceui' in @.endpoints[*].id)].id"))
                        .hasSize(2));
    }

    @AfterAll
    static void closeAll() {
        if (browser != null) {
            browser.quit();
            browser = null;
        }
        if (shops != null) {
            shops.forEach(ConfigurableApplicationContext::close);
        }
        if (admin != null) {
            admin.close();
        }
    }

    @AfterEach
    void resetCircuits() {
        shops.forEach(shop -> payments(shop).reset());
    }

    // ---- in a browser

    @Test
    void linkInTheSidebarShouldOpenTheDashboard() {
        startBrowser();
        browser.get(adminUrl("/instances/" + idOf(shops.get(0)) + "/details"));
        By link = By.linkText("Resilience");
        soon(() -> assertThat(browser.findElement(link).isDisplayed()).isTrue());
        assertThat(browser.findElement(link).getDomProperty("href"))
                .isEqualTo("http://localhost:" + port(shops.get(0)) + "/manage/resilienceui");
        String before = browser.getWindowHandle();
        browser.findElement(link).click();
        soon(() -> assertThat(browser.getWindowHandles()).hasSize(2));
        browser.getWindowHandles().stream()
                .filter(window -> !window.equals(before))
                .forEach(window -> browser.switchTo().window(window));
        soon(() -> assertThat(browser.findElement(ROW).getText()).contains("closed"));
        browser.close();
        browser.switchTo().window(before);
    }

    @Test
    void dashboardShouldReadAndOperateThroughTheServer() {
        startBrowser();
        browser.manage().logs().get(LogType.BROWSER); // those of Admin's own page
        browser.get(throughAdmin(1, "/actuator/resilienceui"));
        soon(() -> assertThat(browser.findElement(ROW).getText()).contains("closed"));
        browser.findElement(ROW).findElement(By.tagName("a")).sendKeys(Keys.ENTER);
        browser.findElement(By.id("tab-actions")).sendKeys(Keys.ENTER);
        soon(() -> browser.findElement(By.id("do-circuit-breaker-force-open")).sendKeys(Keys.ENTER));
        browser.findElement(By.id("operator")).sendKeys("Dana");
        browser.findElement(By.id("yes")).sendKeys(Keys.ENTER);
        soon(() -> assertThat(payments(shops.get(1)).state()).isEqualTo(CircuitBreaker.State.FORCED_OPEN));
        soon(() -> assertThat(text(browser.findElement(By.id("changes")))).contains("Dana"));
        assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
                .noneMatch(entry -> entry.getLevel().equals(Level.SEVERE));
    }

    /** One for both tests. */
    private static void startBrowser() {
        if (browser == null) {
            browser = Chromium.start(profile);
        }
    }

    // ---- over HTTP

    @Test
    void endpointShouldAnswerThroughTheServer() throws Exception {
        payments(shops.get(1)).forceOpen();
        assertThat(problems(0)).isEmpty();
        assertThat(problems(1)).containsExactly("payments");
    }

    @Test
    void unchangedOverviewShouldNotBeSentAgain() throws Exception {
        String tag = get(throughAdmin(0, OVERVIEW)).headers().firstValue("ETag").orElseThrow();
        HttpRequest again = HttpRequest.newBuilder(URI.create(throughAdmin(0, OVERVIEW)))
                .header("Accept", "application/json")
                .header("If-None-Match", tag)
                .build();
        assertThat(CLIENT.send(again, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(304);
    }

    @Test
    void pageThroughTheServerShouldKeepItsPolicy() throws Exception {
        HttpResponse<String> page = get(throughAdmin(0, "/actuator/resilienceui"), "text/html");
        assertThat(page.headers().allValues("Content-Security-Policy"))
                .contains("default-src 'self'")
                .anyMatch(policy -> policy.contains("frame-ancestors 'none'"));
    }

    @Test
    void overviewsOfAllProcessesShouldBeInOneAnswer() throws Exception {
        payments(shops.get(1)).forceOpen();
        String all = get(adminUrl("/applications/shop" + OVERVIEW)).body();
        List<String> bodies = JsonPath.read(all, "$[?(@.status == 200)].body");
        assertThat(bodies)
                .extracting(body -> JsonPath.<List<String>>read(body, "$.problems[*].name"))
                .containsExactlyInAnyOrder(List.of(), List.of("payments"));
    }

    @Test
    void changeShouldReachAllProcesses() throws Exception {
        HttpRequest change = HttpRequest.newBuilder(URI.create(adminUrl("/applications/shop" + PAYMENTS)))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"action\": \"force-open\"}"))
                .build();
        assertThat(CLIENT.send(change, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
        assertThat(shops).extracting(shop -> payments(shop).state()).containsOnly(CircuitBreaker.State.FORCED_OPEN);
    }

    /** The names of the problems of a process, as the server passes them on. */
    private static List<String> problems(int shop) throws IOException, InterruptedException {
        return JsonPath.read(get(throughAdmin(shop, OVERVIEW)).body(), "$.problems[*].name");
    }

    private static CircuitBreaker payments(ConfigurableApplicationContext shop) {
        return shop.getBean(ResilienceRegistry.class)
                .find(CircuitBreaker.TYPE, "payments")
                .orElseThrow();
    }

    private static String port(ConfigurableApplicationContext application) {
        return application.getEnvironment().getRequiredProperty("local.server.port");
    }

    private static String adminUrl(String path) {
        return "http://localhost:" + port(admin) + AdminApplication.CONTEXT_PATH + path;
    }

    private static String throughAdmin(int shop, String path) {
        return adminUrl("/instances/" + idOf(shops.get(shop)) + path);
    }

    private static String idOf(ConfigurableApplicationContext shop) {
        return ids("$[?(@.registration.serviceUrl =~ /.*:" + port(shop) + ".*/)].id")
                .get(0);
    }

    /** The ids of instances that the server knows. */
    private static List<String> ids(String query) {
        try {
            return JsonPath.read(get(adminUrl("/instances")).body(), query);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As JSON: the server answers others with its own page. */
    private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return get(url, "application/json");
    }

    private static HttpResponse<String> get(String url, String type) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url)).header("Accept", type).build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String text(WebElement element) {
        return element.getDomProperty("textContent").replace('\u00a0', ' ');
    }

    private static void soon(ThrowingRunnable check) {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(WebDriverException.class)
                .untilAsserted(check);
    }
}
