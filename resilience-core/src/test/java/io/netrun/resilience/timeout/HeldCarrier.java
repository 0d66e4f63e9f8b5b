package io.netrun.resilience.timeout;

import io.netrun.resilience.shared.OnlyCarrier;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A call of a virtual thread whose limit comes while the only carrier is busy. Prints what happens at the limit. */
final class HeldCarrier {

    private HeldCarrier() {}

    public static void main(String[] arguments) throws Exception {
        Timeout timeout = Timeout.of(
                "t",
                c -> c.duration(Duration.ofMillis(200))
                        .thread(TimeoutThread.WORKER)
                        .executor(task -> new Thread(task).start()));
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        OnlyCarrier.Call call = OnlyCarrier.start(() -> timeout.run(() -> {
            began.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException limit) {
                interrupted.countDown();
            }
        }));
        began.await();
        boolean inTime = OnlyCarrier.holdUntil(() -> interrupted.getCount() == 0);
        System.out.println("interrupted while the carrier was busy " + inTime + ", caller " + call.awaitFailure()
                + ", timed out " + timeout.metrics().totalTimedOut());
        Runtime.getRuntime().halt(0);
    }
}
