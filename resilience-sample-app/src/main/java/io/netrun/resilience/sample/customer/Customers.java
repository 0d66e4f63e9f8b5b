package io.netrun.resilience.sample.customer;

import io.netrun.resilience.sample.LocalServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Visits the shop so many times a second: an order, a product page, a price, delivery, and so on in turns. */
@Component
class Customers implements AutoCloseable {

    static final int MAX_PER_SECOND = 20;

    /** So many visits at once; when the shop is slow, the others stay at home. */
    private static final int MAX_INSIDE = 60;

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> VISITS =
            List.of("/products/1", "/orders", "/shipping", "/products/2/price?currency=CHF", "/products", "/orders");
    private static final Logger log = LoggerFactory.getLogger(Customers.class);

    private final LocalServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Semaphore inside = new Semaphore(MAX_INSIDE);
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(run -> {
        Thread thread = new Thread(run, "customers");
        thread.setDaemon(true);
        return thread;
    });

    private int perSecond;
    private int next;
    private @Nullable Future<?> visits;

    Customers(LocalServer server) {
        this.server = server;
    }

    synchronized int perSecond() {
        return perSecond;
    }

    boolean isNobodyInside() {
        return inside.availablePermits() == MAX_INSIDE;
    }

    synchronized void come(int times) {
        if (times < 0 || times > MAX_PER_SECOND) {
            throw new IllegalArgumentException("perSecond is " + times + ": must be between 0 and " + MAX_PER_SECOND);
        }
        if (visits != null) {
            visits.cancel(false);
            visits = null;
        }
        perSecond = times;
        if (times > 0) {
            visits = clock.scheduleAtFixedRate(
                    this::visit, 0, TimeUnit.SECONDS.toNanos(1) / times, TimeUnit.NANOSECONDS);
        }
    }

    private void visit() {
        send(VISITS.get(next++ % VISITS.size()));
    }

    /** So many ask for the slow sales report at the same time. */
    void askForReports(int readers) {
        for (int i = 0; i < readers; i++) {
            send("/reports/sales");
        }
    }

    /** Waits for no answer, so that a slow shop does not slow the customers down. */
    private void send(String path) {
        if (!inside.tryAcquire()) {
            return;
        }
        try {
            http.sendAsync(request(path), BodyHandlers.discarding())
                    .whenComplete((answer, failure) -> inside.release());
        } catch (RuntimeException e) {
            inside.release();
            log.warn("A customer did not get to the shop", e);
        }
    }

    private HttpRequest request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path)).timeout(PATIENCE);
        return path.equals("/orders")
                ? request.header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"product\": 1, \"quantity\": 1}"))
                        .build()
                : request.build();
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
