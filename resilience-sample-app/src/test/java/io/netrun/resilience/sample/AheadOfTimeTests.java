package io.netrun.resilience.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

/** The finished jar, started with the beans that were generated when it was built. */
@EnabledIfSystemProperty(named = "sample.jar", matches = ".+", disabledReason = "there is no jar before it is packaged")
class AheadOfTimeTests {

    private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

    @TempDir
    private Path folder;

    private Process application;
    private Path log;

    @BeforeEach
    void start() throws IOException {
        log = folder.resolve("log.txt");
        application = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dspring.aot.enabled=true",
                        "-jar",
                        System.getProperty("sample.jar"),
                        "--server.port=0",
                        "--shop.settlement-cron=-")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        application.destroy();
        if (!application.waitFor(20, TimeUnit.SECONDS)) {
            application.destroyForcibly().waitFor();
        }
    }

    @Test
    void packagedApplicationShouldProtectItsMethodsAheadOfTime() {
        RestClient http = RestClient.create("http://localhost:" + port());
        assertThat(log()).contains("Starting AOT-processed SampleApplication");

        ResponseEntity<Void> order = http.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of("product", 2, "quantity", 1))
                .retrieve()
                .toBodilessEntity();
        assertThat(order.getStatusCode()).isEqualTo(HttpStatus.CREATED);

        JsonNode resilience = http.get().uri("/actuator/resilience").retrieve().body(JsonNode.class);
        assertThat(resilience.at("/circuitBreakers/payments/totalSucceeded").asInt())
                .isEqualTo(1);
        assertThat(resilience.at("/methods").toString()).contains("PaymentClient.charge(String, BigDecimal)");
    }

    private String port() {
        return Awaitility.await()
                .atMost(Duration.ofMinutes(3))
                .failFast("The application has ended", () -> !application.isAlive())
                .until(() -> STARTED.matcher(log()), Matcher::find)
                .group(1);
    }

    private String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
