package io.netrun.resilience.ratelimiter;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Calls that wait for tokens, for a process that stands still meanwhile. Prints how many began within a period. */
final class StandstillCalls {

    private static final long PERIOD = TimeUnit.SECONDS.toNanos(1);
    private static final int CALLS = 60;

    private StandstillCalls() {}

    public static void main(String[] arguments) {
        RateLimiter limiter = RateLimiter.of(
                "r", c -> c.limit(20).period(Duration.ofNanos(PERIOD)).burst(1).maxWait(Duration.ofHours(1)));
        long[] begun = new long[CALLS];
        AtomicInteger count = new AtomicInteger();
        CompletableFuture<?>[] calls = new CompletableFuture<?>[CALLS];
        boolean sync = arguments[0].equals("sync");
        for (int i = 0; i < CALLS; i++) {
            Runnable call = () -> begun[count.getAndIncrement()] = System.nanoTime();
            calls[i] = sync
                    ? CompletableFuture.runAsync(() -> limiter.run(call::run), task -> new Thread(task).start())
                    : limiter.callAsync(() -> {
                        call.run();
                        return CompletableFuture.completedFuture(null);
                    });
        }
        while (limiter.metrics().waiting() < CALLS / 2) {
            Thread.onSpinWait();
        }
        System.out.println("waiting");
        CompletableFuture.allOf(calls).join();
        Arrays.sort(begun);
        int most = 0;
        for (int first = 0; first < CALLS; first++) {
            int next = first;
            while (next < CALLS && begun[next] - begun[first] < PERIOD) {
                next++;
            }
            most = Math.max(most, next - first);
        }
        System.out.println("most within a period: " + most);
    }
}
