package io.netrun.resilience.spring.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.shared.RepositoryRoot;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

/** docs/operations/metrics.md has the series that an application's scrape endpoint has, no more and no fewer. */
@SpringBootTest(
        classes = MetricsPageTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=prometheus",
            "management.prometheus.metrics.export.enabled=true"
        })
class MetricsPageTests {

    private static final Path PAGE = RepositoryRoot.operations().resolve("metrics.md");
    private static final Pattern SERIES = Pattern.compile("^(resilience_\\w+)\\{(.*)} ", Pattern.MULTILINE);

    @LocalServerPort
    private int port;

    @Autowired
    private ResilienceRegistry registry;

    @BeforeEach
    void makeAnInstanceOfEachPattern() {
        PatternDescriptors.all().forEach(pattern -> make(pattern.type()));
    }

    private <P extends Policy, C extends Record> void make(PolicyType<P, C> type) {
        registry.getOrCreate(type, "one");
    }

    @Test
    void pageShouldHaveTheSeriesOfTheScrapeEndpoint() throws IOException {
        Set<String> scraped = SERIES.matcher(scrape())
                .results()
                .map(series -> series.group(1) + tags(series.group(2)))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(scraped).isNotEmpty();

        assertThat(scraped).isEqualTo(documented());
    }

    @Test
    void meterShouldBeNamedAsPrometheusNamesIt() throws IOException {
        assertThat(rows()).isNotEmpty().allSatisfy(row -> {
            String counter = row.get(1).startsWith("counter") ? "_total" : "";
            String unit = row.get(1).endsWith("seconds") ? "_seconds" : "";
            assertThat(row.get(4)).isEqualTo(row.get(0).replace('.', '_') + unit + counter);
        });
    }

    private String scrape() {
        byte[] body = WebTestClient.bindToServer()
                .responseTimeout(Duration.ofSeconds(30))
                .baseUrl("http://localhost:" + port)
                .build()
                .get()
                .uri("/actuator/prometheus")
                .accept(MediaType.TEXT_PLAIN)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody()
                .returnResult()
                .getResponseBodyContent();
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Those of a series but the name: {@code outcome="failed"}. */
    private static String tags(String all) {
        return Arrays.stream(all.split(",", -1))
                .filter(tag -> !tag.startsWith("name="))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static Set<String> documented() throws IOException {
        return rows().stream().flatMap(MetricsPageTests::series).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<String> series(List<String> row) {
        String name = row.get(4);
        if (row.get(2).isEmpty()) {
            return Stream.of(name + "{}");
        }
        String[] tag = row.get(2).split(": ", 2);
        return Arrays.stream(tag[1].split(", ", -1)).map(value -> name + "{" + tag[0] + "=\"" + value + "\"}");
    }

    /** The rows of the tables of meters, without marks: meter, kind, tags, meaning, name in Prometheus. */
    private static List<List<String>> rows() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `resilience."))
                .map(line -> Arrays.stream(line.substring(1).split("\\|", -1))
                        .map(cell -> cell.trim().replace("`", ""))
                        .toList())
                .toList();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
