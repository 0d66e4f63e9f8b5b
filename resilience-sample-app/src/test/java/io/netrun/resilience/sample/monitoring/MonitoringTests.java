package io.netrun.resilience.sample.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.sample.LocalServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.web.client.RestClient;

/**
 * What is shipped for Prometheus and Grafana, with a real Prometheus that looks at the shop while its demo is played.
 * Left out without one, unless the environment's PROMETHEUS_TESTS is "required".
 */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.prometheus.metrics.export.enabled=true",
            "resilience.circuit-breaker.instances.payments.open-duration=2s",
            "shop.demo.pace=0ms",
            "shop.settlement-cron=-"
        })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MonitoringTests {

    private static final Path DOCS = Path.of("..", "docs", "operations");
    private static final Path RULES = DOCS.resolve("prometheus");
    private static final Pattern QUESTION = Pattern.compile("^\\| [^|`]+\\? \\| `(?<promql>[^`]+)`", Pattern.MULTILINE);

    private static final Pattern LINE =
            Pattern.compile("\"level\", \"([a-z]+)\", \"\", \"\"\\), \"what\", \"([^\"]+)\"", Pattern.DOTALL);

    /** The worst first. */
    private static final List<String> LEVELS = List.of("rejecting", "failing", "forced", "warning");

    @TempDir
    static Path home;

    @Autowired
    private LocalServer server;

    @Autowired
    private ResilienceRegistry registry;

    private Prometheus prometheus;
    private DryRun dryRun;

    /** One that rejects: whether a limit of the shop does during the demo depends on the speed of the machine. */
    private RateLimiter exceeded;

    @BeforeAll
    void playTheDemoBeforePrometheus() throws IOException {
        dryRun = new DryRun(registry);
        exceeded = registry.getOrCreate(
                RateLimiter.TYPE,
                "exceeded",
                RateLimiterConfig.builder().limit(1).period(Duration.ofDays(1)).build());
        boolean present = Prometheus.isInstalled();
        if ("required".equals(System.getenv("PROMETHEUS_TESTS"))) {
            assertThat(present).as("prometheus and promtool in /usr/bin").isTrue();
        }
        assumeTrue(present, "There is no /usr/bin/prometheus with /usr/bin/promtool");
        prometheus = Prometheus.start(config(), home);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !prometheus.query("up{job=\"tea-shop\"} == 1").isEmpty());
        String story = RestClient.create()
                .post()
                .uri(server.uri("/demo"))
                .exchangeForRequiredValue(
                        (request, response) -> new String(response.getBody().readAllBytes()));
        assertThat(story).contains("The end.");
    }

    @AfterAll
    void stopPrometheus() {
        if (prometheus != null) {
            prometheus.close();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("panels")
    void panelShouldHaveData(String title, List<String> queries) {
        assertThat(queries)
                .isNotEmpty()
                .allSatisfy(query -> await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                    dryRun.play();
                    exceeded.tryAcquirePermit();
                    assertThat(numbers(prometheus.query(query)))
                            .as(query)
                            .isNotEmpty()
                            .anySatisfy(number -> assertThat(number).isFinite());
                }));
    }

    @Test
    void refusalsOfTheDemoShouldBeSeen() {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                numbers(
                                        prometheus.query(
                                                "sum by (name) (increase(resilience_bulkhead_calls_total{outcome=\"rejected\"}[5m])) > 0")))
                        .isNotEmpty());
    }

    @ParameterizedTest
    @MethodSource("questions")
    void questionOfTheDocumentationShouldBeUnderstood(String promql) {
        assertThat(prometheus.query(promql).isArray()).isTrue();
    }

    @Test
    void shippedConfigurationShouldBeValid() throws IOException, InterruptedException {
        Prometheus.check(home, "check", "config", config().toString());
    }

    @Test
    void panelsShouldHaveNumbersOfTheirOwn() throws IOException {
        assertThat(dashboard().path("panels"))
                .extracting(panel -> panel.path("id").asInt())
                .doesNotHaveDuplicates();
    }

    @Test
    void panelsShouldSayWhatTheyShow() throws IOException {
        assertThat(dashboard().path("panels"))
                .filteredOn(panel -> !panel.path("type").asText().equals("row"))
                .allSatisfy(panel -> assertThat(panel.path("description").asText())
                        .as(panel.path("title").asText())
                        .isNotBlank());
    }

    @Test
    void alertsShouldSayWhatIsWrongAndWhatToDo() throws IOException {
        String rules = Files.readString(RULES.resolve("alerts.yml"));
        assertThat(rules.split("- alert: "))
                .hasSizeGreaterThan(8)
                .filteredOn(rule -> rule.contains("annotations:"))
                .allSatisfy(rule -> assertThat(rule)
                        .containsPattern("summary: '\\{\\{ \\$labels.name }} of \\{\\{ \\$labels.job }}: ")
                        .contains("description: >-"));
    }

    /** The same levels and words for one state, whichever of the two is asked, and at the same time. */
    @Test
    void tableShouldHaveTheLevelsAndWordsOfThePage() throws IOException {
        String table = table().replace("$__rate_interval", "10s"); // as on the page
        try (Troubles troubles = new Troubles(registry)) {
            await().atMost(Duration.ofSeconds(120))
                    .pollInterval(Duration.ofMillis(300))
                    .untilAsserted(() -> {
                        troubles.play();
                        Map<String, String> page = wordsOfThePage();
                        assertThat(page).containsOnlyKeys(troubles.names());
                        assertThat(page).containsAllEntriesOf(troubles.levels());
                        assertThat(wordsOfTheTable(forEverything(table))).isEqualTo(page);
                    });
        }
    }

    /** The level of each name, and what is wrong with it. */
    private Map<String, String> wordsOfThePage() {
        Map<String, String> words = new TreeMap<>();
        JsonNode overview = Prometheus.json(RestClient.create()
                .get()
                .uri(server.uri("/actuator/resilience/overview"))
                .exchangeForRequiredValue(
                        (request, response) -> new String(response.getBody().readAllBytes())));
        for (JsonNode problem : overview.path("problems")) {
            Set<String> causes = new TreeSet<>();
            problem.path("causes")
                    .forEach(cause ->
                            causes.add(withoutNumbers(cause.path("text").asText())));
            words.put(problem.path("name").asText(), problem.path("level").asText() + causes);
        }
        words.keySet().removeIf(name -> !name.startsWith(Troubles.PREFIX));
        return words;
    }

    private static String withoutNumbers(String text) {
        return text.replaceFirst("opened \\d+ times", "opened three times or more")
                .replaceFirst(" \\(\\d+ of \\d+( used now)?\\)$", "")
                .replaceFirst("exceeded: .*", "exceeded")
                .replaceFirst("^\\d+ calls wait", "calls wait");
    }

    private Map<String, String> wordsOfTheTable(String query) {
        Map<String, Set<String>> levels = new TreeMap<>();
        Map<String, Set<String>> causes = new TreeMap<>();
        for (JsonNode line : prometheus.query(query)) {
            JsonNode labels = line.path("metric");
            String name = labels.path("name").asText();
            if (name.startsWith(Troubles.PREFIX)) {
                levels.computeIfAbsent(name, first -> new TreeSet<>(Comparator.comparing(LEVELS::indexOf)))
                        .add(labels.path("level").asText());
                causes.computeIfAbsent(name, first -> new TreeSet<>())
                        .add(labels.path("what").asText());
            }
        }
        Map<String, String> words = new TreeMap<>();
        levels.forEach((name, ofName) -> words.put(name, ofName.iterator().next() + causes.get(name)));
        return words;
    }

    /** The query for what is wrong. */
    private static String table() throws IOException {
        return StreamSupport.stream(dashboard().path("panels").spliterator(), false)
                .filter(panel -> panel.path("type").asText().equals("table"))
                .map(panel -> panel.path("targets").path(0).path("expr").asText())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void alertsShouldHaveTheLevelsAndWordsOfTheTable() throws IOException {
        List<String> alerts = Stream.of(
                        Files.readString(RULES.resolve("alerts.yml")).split("- alert: "))
                .skip(1)
                .toList();
        Set<String> without = new TreeSet<>();
        LINE.matcher(table()).results().forEach(line -> {
            String level = line.group(1);
            // An alert is about minutes, of which the bulkhead may have been full for a part.
            String what =
                    line.group(2).replace("$1 ", "").replaceFirst(":.*", "").replace(" at times", "");
            if (alerts.stream().noneMatch(alert -> alert.contains(what) && hasLevel(alert, level))) {
                without.add(level + " " + what);
            }
        });
        assertThat(without)
                .as("what nobody is woken for")
                .containsExactly(
                        "failing fallback fails",
                        "rejecting circuit half-open",
                        "rejecting timeout rejects calls",
                        "warning calls wait for a permit",
                        "warning circuit half-open",
                        "warning fallback fails",
                        "warning hedges denied",
                        "warning timeout rejects calls");
    }

    private static boolean hasLevel(String alert, String level) {
        return alert.contains("level: " + level + "\n") || alert.contains("\"level\", \"" + level + "\"");
    }

    @Test
    void alertsShouldFireWhenTheyShould() throws InterruptedException {
        Prometheus.check(
                home, "test", "rules", RULES.resolve("alerts-tests.yml").toString());
    }

    /** The shipped configuration, asking this application, and more often. */
    private Path config() throws IOException {
        String shipped = Files.readString(Path.of("monitoring", "prometheus.yml"));
        Path config = home.resolve("prometheus.yml");
        String address = server.uri("/").getAuthority();
        assertThat(shipped).contains("host.docker.internal:8080", "scrape_interval: 5s");
        Files.writeString(
                config,
                shipped.replace("host.docker.internal:8080", address)
                        .replace("scrape_interval: 5s", "scrape_interval: 1s"));
        Files.writeString(home.resolve("alerts.yml"), Files.readString(RULES.resolve("alerts.yml")));
        return config;
    }

    private static List<Double> numbers(JsonNode series) {
        return StreamSupport.stream(series.spliterator(), false)
                .map(each ->
                        Double.parseDouble(each.path("value").path(1).asText().replace("+Inf", "Infinity")))
                .toList();
    }

    static Stream<Arguments> panels() throws IOException {
        return StreamSupport.stream(dashboard().path("panels").spliterator(), false)
                .filter(panel -> !panel.path("type").asText().equals("row"))
                .map(panel -> Arguments.of(
                        panel.path("title").asText(),
                        StreamSupport.stream(panel.path("targets").spliterator(), false)
                                .map(target -> forEverything(target.path("expr").asText()))
                                .toList()));
    }

    private static JsonNode dashboard() throws IOException {
        return new ObjectMapper()
                .readTree(DOCS.resolve("grafana").resolve("resilience.json").toFile());
    }

    /** As Grafana sends it when nothing is selected. */
    private static String forEverything(String promql) {
        return promql.replace("$__rate_interval", "5m").replaceAll("\\$(job|instance|name)\\b", ".*");
    }

    static Stream<String> questions() throws IOException {
        String page = Files.readString(DOCS.resolve("metrics.md"));
        List<String> questions = QUESTION.matcher(page)
                .results()
                .map(found -> found.group(1).replace("\\|", "|"))
                .toList();
        assertThat(questions).isNotEmpty();
        return questions.stream();
    }
}
