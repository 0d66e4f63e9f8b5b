package io.netrun.resilience.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.shared.Chromium;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.chrome.ChromeDriver;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;

/** The dashboard where the management has a port, and paths, of its own. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "management.server.base-path=/ops",
            "management.endpoints.web.base-path=/manage",
            "management.endpoints.web.path-mapping.resilience=guards",
            "management.endpoints.web.path-mapping.resilienceui=look",
            "shop.settlement-cron=-"
        })
class DashboardOnManagementPortTests {

    private static final By PAYMENTS = By.xpath("//tr[th/a[.='payments']]");

    @TempDir
    static Path profile;

    private static ChromeDriver browser;

    @LocalManagementPort
    private int port;

    @Autowired
    private ResilienceRegistry registry;

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

    @Test
    void pageShouldReadAndOperateFromThere() {
        browser.get("http://localhost:" + port + "/ops/manage/look");
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> browser.findElement(PAYMENTS).getText().contains("closed"));
        browser.findElement(PAYMENTS).findElement(By.tagName("a")).sendKeys(Keys.ENTER);
        browser.findElement(By.id("tab-actions")).sendKeys(Keys.ENTER);
        By forceOpen = By.id("do-circuit-breaker-force-open");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !browser.findElements(forceOpen).isEmpty());
        browser.findElement(forceOpen).sendKeys(Keys.ENTER);
        browser.findElement(By.id("yes")).sendKeys(Keys.ENTER);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> registry.find(CircuitBreaker.TYPE, "payments")
                                .orElseThrow()
                                .state()
                        == CircuitBreaker.State.FORCED_OPEN);
        assertThat(browser.getTitle()).endsWith("Resilience");
    }
}
