package io.netrun.resilience.sample.soak;

import static org.awaitility.Awaitility.await;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadMetrics;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerMetrics;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.sample.LocalServer;
import io.netrun.resilience.sample.SampleApplication;
import io.netrun.resilience.timeout.Timeout;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * Mixed traffic against the running shop while everything goes wrong that can be made to: at the end, nothing is left
 * over. One minute by default, {@code -Dsoak.seconds=3600} for an hour. {@code -Dsoak.seed} repeats the random choices,
 * though not the interleaving of threads.
 */
class SoakTests {

    private static final int CALLERS = 6;
    private static final Duration SETTLING = Duration.ofSeconds(60);
    private static final long HEAP_SLACK = 24L << 20;
    private static final List<String> COUNTED = List.of("sync", "async", "reactive");

    private final long seconds = Long.getLong("soak.seconds", 60);
    private final long seed = Long.getLong("soak.seed", System.nanoTime());
    private final JumpingTicker ticker = new JumpingTicker();
    private final List<String> checked = new ArrayList<>();

    @Test
    void nothingShouldBeLostOrLeftBehind() throws InterruptedException {
        System.out.println("soak: " + seconds + " s, seed " + seed);
        ConfigurableApplicationContext context = start();
        ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
        SoakedCalls calls = context.getBean(SoakedCalls.class);
        LocalServer server = context.getBean(LocalServer.class);
        Traffic traffic = new Traffic(calls, server::uri);
        Chaos chaos = new Chaos(server::uri, ticker);

        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            threads.add(traffic.start(seed + i));
        }
        Thread disturbing = chaos.start(seed - 1);
        TimeUnit.SECONDS.sleep(seconds / 4);
        long heap = usedHeap();
        TimeUnit.SECONDS.sleep(seconds - seconds / 4);
        chaos.stop();
        disturbing.join();
        traffic.stop();
        for (Thread thread : threads) {
            thread.join();
        }

        checkThat("every call has ended", () -> traffic.ended() == traffic.begun());
        for (Bulkhead bulkhead : registry.all(Bulkhead.TYPE)) {
            checkThat(bulkhead + " is empty", () -> isEmpty(bulkhead.metrics()));
        }
        registry.all(Timeout.TYPE)
                .forEach(timeout -> checkThat(
                        timeout + " has no abandoned call",
                        () -> timeout.metrics().abandoned() == 0));
        registry.all(RateLimiter.TYPE)
                .forEach(limiter -> checkThat(
                        limiter + " has nobody waiting", () -> limiter.metrics().waiting() == 0));
        registry.all(Hedge.TYPE)
                .forEach(hedge -> checkThat(
                        hedge + " has no attempt running", () -> hedge.metrics().active() == 0));
        for (String name : COUNTED) {
            CircuitBreaker breaker = registry.find(CircuitBreaker.TYPE, name).orElseThrow();
            checkThat(
                    breaker + " has counted each of its " + calls.runs(name) + " calls once",
                    () -> hasCountedEach(breaker.metrics(), calls.runs(name)));
        }
        checkThat("every change was taken (" + chaos + ")", () -> chaos.rejected() == 0);
        checkThat("the heap has not grown beyond " + heap + " and some", () -> usedHeap() < heap + HEAP_SLACK);

        context.close();
        start().close();
        checkThat("no thread is left", SoakTests::noThreadIsLeft);
        System.out.println("soak: " + traffic.summary());
        System.out.println("soak: disturbances " + chaos);
        System.out.println("soak: " + checked.size() + " invariants held");
    }

    private ConfigurableApplicationContext start() {
        return new SpringApplicationBuilder(SampleApplication.class, Beans.class)
                .initializers(context -> context.getBeanFactory().registerSingleton("ticker", ticker))
                .properties(
                        "server.port=0",
                        "shop.settlement-cron=-",
                        "logging.level.root=error",
                        "spring.main.banner-mode=off")
                .run();
    }

    private void checkThat(String what, BooleanSupplier holds) {
        await(what).atMost(SETTLING).until(holds::getAsBoolean);
        checked.add(what);
    }

    private static boolean isEmpty(BulkheadMetrics metrics) {
        return metrics.syncActive() + metrics.asyncActive() + metrics.syncQueued() + metrics.asyncQueued() == 0;
    }

    /** A call that is abandoned between its admission and its run counts as cancelled without a run. */
    private static boolean hasCountedEach(CircuitBreakerMetrics metrics, long runs) {
        long judged = metrics.totalSucceeded() + metrics.totalFailed() + metrics.totalIgnored();
        return judged <= runs && runs <= judged + metrics.totalCancelled();
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The timer thread ends when it has no task, and worker threads when they are idle. */
    private static boolean noThreadIsLeft() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .noneMatch(name -> name.startsWith("resilience-"));
    }

    /** Registered by hand, so that no other test's application finds them. */
    static class Beans {

        @Bean
        SoakedCalls soakedCalls() {
            return new SoakedCalls();
        }
    }
}
