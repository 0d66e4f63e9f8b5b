package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.shared.OnlyCarrier;
import java.time.Duration;

/** A virtual thread whose wait for a token is over while the only carrier is busy. Prints what happens then. */
final class HeldCarrier {

    private HeldCarrier() {}

    public static void main(String[] arguments) throws Exception {
        RateLimiter limiter = RateLimiter.of(
                "r", c -> c.limit(2).period(Duration.ofSeconds(1)).burst(1).maxWait(Duration.ofMillis(800)));
        limiter.acquirePermit();
        OnlyCarrier.Call call = OnlyCarrier.start(() -> limiter.run(() -> {}));
        while (limiter.metrics().waiting() == 0) {
            Thread.onSpinWait();
        }
        limiter.pauseFor(Duration.ofHours(1)); // its token comes too late now
        boolean inTime = OnlyCarrier.holdUntil(() -> limiter.metrics().waiting() == 0);
        System.out.println("left while the carrier was busy " + inTime + ", caller " + call.awaitFailure()
                + ", rejected " + limiter.metrics().totalRejected());
        Runtime.getRuntime().halt(0);
    }
}
