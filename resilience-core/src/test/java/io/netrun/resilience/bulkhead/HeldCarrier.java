package io.netrun.resilience.bulkhead;

import io.netrun.resilience.shared.OnlyCarrier;
import java.time.Duration;

/** A virtual thread whose wait for a permit is over while the only carrier is busy. Prints what happens then. */
final class HeldCarrier {

    private HeldCarrier() {}

    public static void main(String[] arguments) throws Exception {
        Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1).maxQueue(1).maxWait(Duration.ofMillis(200)));
        bulkhead.acquirePermit();
        OnlyCarrier.Call call = OnlyCarrier.start(() -> bulkhead.run(() -> {}));
        while (bulkhead.metrics().syncQueued() == 0) {
            Thread.onSpinWait();
        }
        boolean inTime = OnlyCarrier.holdUntil(() -> bulkhead.metrics().syncQueued() == 0);
        System.out.println("left while the carrier was busy " + inTime + ", caller " + call.awaitFailure()
                + ", rejected " + bulkhead.metrics().totalRejected());
        Runtime.getRuntime().halt(0);
    }
}
