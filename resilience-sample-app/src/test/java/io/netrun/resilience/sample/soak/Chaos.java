package io.netrun.resilience.sample.soak;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * Disturbs the instances: operators, changed settings, a busy common pool, a clock that jumps, failing downstream
 * services.
 */
final class Chaos {

    private static final List<String> BREAKERS = List.of("sync", "async", "reactive", "payments", "recommendations");
    private static final List<String> SERVICES = List.of("recommendations", "parcel", "bike", "rates");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Function<String, URI> address;
    private final JumpingTicker ticker;
    private final Map<String, LongAdder> done = new TreeMap<>();
    private volatile boolean over;

    Chaos(Function<String, URI> address, JumpingTicker ticker) {
        this.address = address;
        this.ticker = ticker;
        for (String what : List.of("operator", "settings", "switch", "common pool", "clock", "service", "rejected")) {
            done.put(what, new LongAdder());
        }
    }

    Thread start(long seed) {
        Thread thread = new Thread(() -> run(new SplittableRandom(seed)), "soak-chaos");
        thread.start();
        return thread;
    }

    void stop() {
        over = true;
    }

    private void run(SplittableRandom random) {
        while (!over) {
            switch (random.nextInt(6)) {
                case 0 -> operate(random);
                case 1 ->
                    post(
                            "settings",
                            "bulkhead/" + bulkhead(random),
                            "{\"settings\": \"maxConcurrent=" + (1 + random.nextInt(8)) + ", maxQueue="
                                    + random.nextInt(6) + "\"}");
                case 2 -> {
                    String retry = "retry/" + bulkhead(random);
                    post("switch", retry, "{\"settings\": \"enabled=false\"}");
                    pause(20);
                    post("switch", retry, "{\"settings\": \"enabled=true\"}");
                }
                case 3 -> occupyTheCommonPool();
                case 4 -> {
                    done.get("clock").increment();
                    ticker.jump(Duration.ofMillis(random.nextInt(5_000)));
                }
                default -> {
                    String service = SERVICES.get(random.nextInt(SERVICES.size()));
                    send(
                            "service",
                            "/simulator/" + service + "/knobs",
                            "{\"failureRate\": " + random.nextInt(2) * 0.5 + ", \"latency\": \"" + random.nextInt(60)
                                    + "ms\"}");
                }
            }
            pause(40);
        }
    }

    private void operate(SplittableRandom random) {
        String breaker = "circuit-breaker/" + BREAKERS.get(random.nextInt(BREAKERS.size()));
        post("operator", breaker, random.nextBoolean() ? "{\"action\": \"force-open\"}" : "{\"action\": \"disable\"}");
        pause(20);
        post("operator", breaker, "{\"action\": \"reset\"}");
    }

    private static String bulkhead(SplittableRandom random) {
        return BREAKERS.get(random.nextInt(3));
    }

    private void occupyTheCommonPool() {
        done.get("common pool").increment();
        for (int i = 0; i < ForkJoinPool.getCommonPoolParallelism() * 2; i++) {
            ForkJoinPool.commonPool().execute(() -> pause(150));
        }
    }

    private void post(String what, String instance, String body) {
        send(what, "/actuator/resilience/" + instance, body);
    }

    private void send(String what, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(address.apply(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            int status =
                    http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            done.get(status == 200 ? what : "rejected").increment();
        } catch (IOException e) {
            done.get("rejected").increment();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    long rejected() {
        return done.get("rejected").sum();
    }

    @Override
    public String toString() {
        return done.toString();
    }
}
