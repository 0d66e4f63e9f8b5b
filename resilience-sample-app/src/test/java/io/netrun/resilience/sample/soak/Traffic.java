package io.netrun.resilience.sample.soak;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import reactor.core.Disposable;

/** Calls of every kind, some of which are cancelled. Counts those that began and those that ended. */
final class Traffic {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> PAGES =
            List.of("/products", "/products/1", "/shipping", "/products/1/price?currency=CHF");

    private final SoakedCalls calls;
    private final Function<String, URI> address;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final LongAdder begun = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final LongAdder left = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final Map<Fault, LongAdder> faults = new EnumMap<>(Fault.class);
    private volatile boolean over;

    Traffic(SoakedCalls calls, Function<String, URI> address) {
        this.calls = calls;
        this.address = address;
        for (Fault fault : Fault.values()) {
            faults.put(fault, new LongAdder());
        }
    }

    /** One caller after another, until the end. */
    Thread start(long seed) {
        Thread thread = new Thread(() -> run(new SplittableRandom(seed)), "soak-traffic");
        thread.start();
        return thread;
    }

    void stop() {
        over = true;
    }

    private void run(SplittableRandom random) {
        while (!over) {
            Fault fault = random.nextInt(100) < 75 ? Fault.NONE : Fault.values()[random.nextInt(Fault.values().length)];
            faults.get(fault).increment();
            begun.increment();
            switch (random.nextInt(5)) {
                case 0 -> sync(fault);
                case 1 -> async(calls.async(fault), random);
                case 2 -> reactive(fault, random);
                case 3 -> async(calls.paced(fault), random);
                default -> page(random);
            }
        }
    }

    private void sync(Fault fault) {
        try {
            calls.sync(fault);
        } catch (RuntimeException expected) {
            // Failures and rejections are expected.
        } finally {
            ended.increment();
        }
    }

    private void async(CompletableFuture<String> call, SplittableRandom random) {
        call.whenComplete((value, failure) -> ended.increment());
        if (random.nextInt(10) == 0) {
            left.increment();
            call.cancel(true);
        }
    }

    private void reactive(Fault fault, SplittableRandom random) {
        Disposable call =
                calls.reactive(fault).doFinally(signal -> ended.increment()).subscribe(value -> {}, failure -> {});
        if (random.nextInt(10) == 0) {
            left.increment();
            call.dispose();
        }
    }

    /** A customer of the shop that may close the connection before the page arrives. */
    private void page(SplittableRandom random) {
        requests.increment();
        HttpRequest request = HttpRequest.newBuilder(address.apply(PAGES.get(random.nextInt(PAGES.size()))))
                .timeout(PATIENCE)
                .build();
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
        if (random.nextInt(20) == 0) {
            left.increment();
            answer.cancel(true);
            ended.increment();
            return;
        }
        try {
            answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (Exception expected) {
            // So here.
        } finally {
            ended.increment();
        }
    }

    long begun() {
        return begun.sum();
    }

    long ended() {
        return ended.sum();
    }

    /** A summary for the log. */
    String summary() {
        return begun + " calls, of which " + requests + " HTTP requests; " + left + " callers left early; faults "
                + faults;
    }
}
