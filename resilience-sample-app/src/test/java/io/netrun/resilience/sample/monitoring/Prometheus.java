package io.netrun.resilience.sample.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/** A Prometheus of Debian's, started for the tests, and its tool. */
final class Prometheus implements AutoCloseable {

    private static final File SERVER = new File("/usr/bin/prometheus");
    private static final File TOOL = new File("/usr/bin/promtool");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final RestClient api;

    private Prometheus(Process process, RestClient api) {
        this.process = process;
        this.api = api;
    }

    static boolean isInstalled() {
        return SERVER.canExecute() && TOOL.canExecute();
    }

    /**
     * Starts it, and waits until it is ready.
     *
     * @param home where it keeps its data and its log
     */
    static Prometheus start(Path config, Path home) {
        int port = freePort();
        Path log = home.resolve("prometheus.log");
        Process process = run(
                log,
                SERVER.getPath(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + home.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port);
        Prometheus prometheus = new Prometheus(process, RestClient.create("http://127.0.0.1:" + port));
        try {
            await().atMost(PATIENCE)
                    .ignoreException(ResourceAccessException.class)
                    .until(prometheus::isReady);
        } catch (RuntimeException e) {
            prometheus.close();
            throw new IllegalStateException("Prometheus did not start: " + read(log), e);
        }
        return prometheus;
    }

    /** Runs its tool, which has to find nothing wrong. */
    static void check(Path home, String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of(TOOL.getPath()));
        command.addAll(List.of(arguments));
        Path log = home.resolve("promtool.log");
        assertThat(run(log, command.toArray(String[]::new)).waitFor())
                .as(() -> String.join(" ", arguments) + ": " + read(log))
                .isZero();
    }

    /** What a query finds now: an array of series, each with its {@code metric} and {@code value}. */
    JsonNode query(String promql) {
        String answer = api.get()
                .uri("/api/v1/query?query={query}", promql)
                .exchangeForRequiredValue(
                        (request, response) -> new String(response.getBody().readAllBytes()));
        JsonNode body = json(answer);
        assertThat(body.path("status").asText()).as("%s: %s", promql, answer).isEqualTo("success");
        return body.path("data").path("result");
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private boolean isReady() {
        assertThat(process.isAlive()).isTrue();
        return api.get()
                .uri("/-/ready")
                .exchangeForRequiredValue(
                        (request, response) -> response.getStatusCode().is2xxSuccessful());
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process run(Path log, String... command) {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
