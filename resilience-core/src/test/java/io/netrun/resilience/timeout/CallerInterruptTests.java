package io.netrun.resilience.timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Successive calls on the caller's thread that take about as long as their timeout, so that a late interrupt would hit
 * the next call. {@code -Dresilience.concurrency.calls} sets their number.
 */
class CallerInterruptTests {

    private static final Logger log = LoggerFactory.getLogger(CallerInterruptTests.class);

    private static final int CALLS = Integer.getInteger("resilience.concurrency.calls", 3_000);
    private static final int LIMIT_NANOS = 100_000;
    private static final int STEP_NANOS = 3_000;

    private final Timeout timeout =
            Timeout.of("test", c -> c.duration(Duration.ofNanos(LIMIT_NANOS)).thread(TimeoutThread.CALLER));

    @Test
    void platformThreadShouldNeverSeeTheInterruptOfACallThatIsOver() throws Exception {
        prove("platform", Executors.newSingleThreadExecutor());
    }

    @Test
    void virtualThreadShouldNeverSeeTheInterruptOfACallThatIsOver() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads are there from JDK 21 on");
        prove("virtual", (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null));
    }

    private void prove(String kind, ExecutorService threads) throws Exception {
        try {
            int struck = threads.submit((Callable<Integer>) this::makeCalls).get();
            log.info("{} calls on a {} thread, {} given up", CALLS, kind, struck);
            assertThat(timeout.metrics().totalTimedOut()).isEqualTo(struck);
        } finally {
            threads.shutdownNow();
        }
    }

    /** How many were given up. Each call is longer than one that ended in time, and shorter than one that did not. */
    private int makeCalls() {
        int struck = 0;
        long nanos = LIMIT_NANOS;
        for (int i = 0; i < CALLS; i++) {
            int call = i;
            long length = nanos;
            Throwable thrown = catchThrowable(() -> timeout.run(() -> {
                assertThat(Thread.currentThread().isInterrupted())
                        .as("flag at the start of call %s", call)
                        .isFalse();
                take(length, call % 3 != 0);
            }));
            assertThat(Thread.interrupted()).as("flag after call %s", i).isFalse();
            if (thrown == null) {
                nanos += STEP_NANOS;
            } else {
                assertThat(thrown).as("call %s", i).isInstanceOf(TimeoutExceededException.class);
                struck++;
                nanos = Math.max(STEP_NANOS, nanos - STEP_NANOS);
            }
        }
        return struck;
    }

    private static void take(long nanos, boolean interruptible) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() - end < 0) {
            if (interruptible && Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }
}
