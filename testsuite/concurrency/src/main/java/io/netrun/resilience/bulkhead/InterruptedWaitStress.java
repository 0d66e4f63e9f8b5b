package io.netrun.resilience.bulkhead;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.PassingTicker;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** A waiting sync call is interrupted as it is granted a permit. */
@JCStressTest
@Outcome(id = "1, 1, 0, 1", expect = ACCEPTABLE, desc = "It made its call, the interrupt still set.")
@Outcome(id = "0, 1, 0, 1", expect = ACCEPTABLE, desc = "It left, the interrupt still set.")
@Outcome(expect = FORBIDDEN, desc = "The interrupt is lost, or the permit that came too late is.")
@State
public class InterruptedWaitStress {

    private static final BulkheadConfig ONE =
            BulkheadConfig.builder().maxConcurrent(1).maxQueue(1).build();

    private final Bulkhead bulkhead = Bulkhead.of("test", ONE, PassingTicker.INSTANCE);

    public InterruptedWaitStress() {
        bulkhead.sync().tryAcquire();
    }

    @Actor
    public void call(IIII_Result r) {
        Thread.currentThread().interrupt();
        try {
            bulkhead.run(() -> r.r1 = 1);
        } catch (CallInterruptedException left) {
            r.r1 = 0;
        }
        r.r2 = Thread.interrupted() ? 1 : 0;
    }

    @Actor
    public void release() {
        bulkhead.sync().release();
    }

    @Arbiter
    public void look(IIII_Result r) {
        r.r3 = bulkhead.sync().active() + bulkhead.sync().queued();
        r.r4 = bulkhead.sync().tryAcquire() ? 1 : 0;
    }
}
