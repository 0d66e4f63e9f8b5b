package io.netrun.resilience.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.selenium.AxeBuilder;
import io.netrun.resilience.shared.Chromium;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.logging.Level;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/** One browser for all tests of a class, and what they do with it. */
abstract class PageInBrowser {

    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path profile;

    static ChromeDriver browser;

    @BeforeAll
    static void startBrowser() {
        browser = Chromium.start(profile);
    }

    @AfterAll
    static void quitBrowser() {
        if (browser != null) {
            browser.quit();
            browser = null;
        }
    }

    static void soon(ThrowingRunnable check) {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(WebDriverException.class)
                .untilAsserted(check);
    }

    /** Has the page ask at once, as when it is seen again. */
    static void refresh() {
        browser.executeScript("performance.setResourceTimingBufferSize(10_000);"
                + " document.dispatchEvent(new Event('visibilitychange'))");
    }

    /** Waits until the dashboard has asked so many times more. */
    static void awaitPolls(int number) {
        long before = polls();
        await().atMost(SOON).pollInterval(Duration.ofMillis(100)).until(() -> {
            refresh();
            return polls() >= before + number;
        });
    }

    static long polls() {
        return (Long) browser.executeScript(
                "return performance.getEntriesByName(new URL('resilience/overview', location).href).length");
    }

    static String text(String id) {
        return browser.findElement(By.id(id)).getDomProperty("textContent").replace('\u00a0', ' ');
    }

    static void press(WebElement element) {
        element.sendKeys(Keys.ENTER);
    }

    static void show(int width, int height, String scheme) {
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        browser.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    static void showAsBefore() {
        browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    }

    /** What axe-core finds, as text. */
    static List<String> barriers() {
        return new AxeBuilder()
                .analyze(browser).getViolations().stream()
                        .map(rule -> rule.getId() + ": " + rule.getNodes())
                        .toList();
    }

    /** What the browser logs as an error, but for what a test has made fail. */
    static void assertThatNothingFailed(Predicate<LogEntry> expected) {
        assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
                .noneMatch(entry -> entry.getLevel().equals(Level.SEVERE)
                        && !entry.getMessage().contains("favicon")
                        && !expected.test(entry));
        assertThat((List<?>) browser.executeScript(
                        "return performance.getEntriesByType('resource').map(entry => new URL(entry.name).origin)"))
                .as("of other hosts")
                .isNotEmpty()
                .allMatch(browser.executeScript("return location.origin")::equals);
    }
}
