package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** An allocation that fails between two steps of a wait keeps no caller waiting. */
@org.junit.jupiter.api.Timeout(60)
class RateLimiterMemoryTests {

    @Test
    void fullHeapShouldKeepNoCallerWaiting() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx24m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FullHeap.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes());
            assertThat(output).contains("hung 0,");
        } finally {
            process.destroyForcibly();
        }
    }

    /** Calls that wait, in a JVM whose heap is full for a moment every few milliseconds. */
    static final class FullHeap {

        private static volatile Object garbage = "";

        public static void main(String[] arguments) throws InterruptedException {
            RateLimiter limiter = RateLimiter.of(
                    "r", c -> c.limit(1).period(Duration.ofMillis(1)).maxWait(Duration.ofMillis(20)));
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                callers.add(daemon(() -> limiter.run(() -> {}), end));
            }
            Thread filler = daemon(FullHeap::fill, end);
            for (Thread caller : callers) {
                caller.join(8_000);
            }
            filler.join();
            long hung = callers.stream().filter(Thread::isAlive).count();
            System.out.println("hung " + hung + ", waiting " + limiter.metrics().waiting());
            Runtime.getRuntime().halt(0);
        }

        private static Thread daemon(Runnable task, long end) {
            Thread thread = new Thread(() -> {
                while (System.nanoTime() - end < 0) {
                    try {
                        task.run();
                    } catch (Throwable expected) {
                        // rejected, or without memory
                    }
                }
            });
            thread.setDaemon(true);
            thread.start();
            return thread;
        }

        private static void fill() {
            Object[] parts = new Object[10_000];
            int size = 1 << 18;
            for (int i = 0; i < parts.length && size >= 32; ) {
                try {
                    parts[i] = new byte[size];
                    i++;
                } catch (OutOfMemoryError full) {
                    size /= 4;
                }
            }
            garbage = parts;
            LockSupport.parkNanos(3_000_000);
            garbage = "";
            LockSupport.parkNanos(10_000_000);
        }
    }
}
