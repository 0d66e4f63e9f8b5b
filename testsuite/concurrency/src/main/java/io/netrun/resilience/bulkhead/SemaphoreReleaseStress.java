package io.netrun.resilience.bulkhead;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;

/** A permit is released while something else happens to the queue. No permit may be lost or granted twice. */
public class SemaphoreReleaseStress {

    /** Releases every permit that the arrivals hold. Returns what is still active or queued: 0 if nothing was lost. */
    private static int activeAfter(FairSemaphore semaphore, Arrival... arrivals) {
        int held = 0;
        // A released permit may be granted to another arrival, which must release it too.
        for (int before = -1; before != held; ) {
            before = held;
            int now = 0;
            for (Arrival each : arrivals) {
                now += each.permits();
            }
            for (; held < now; held++) {
                semaphore.release();
            }
        }
        return semaphore.active() + semaphore.queued();
    }

    private static int next(FairSemaphore semaphore) {
        return semaphore.tryAcquire() ? 1 : 0;
    }

    /** The waiter is cancelled as it would be granted the permit. */
    @JCStressTest
    @Outcome(id = "1, 0, 0, 1", expect = ACCEPTABLE, desc = "It left in time; the permit is free.")
    @Outcome(id = "0, 1, 0, 1", expect = ACCEPTABLE, desc = "It got the permit and releases it.")
    @Outcome(expect = FORBIDDEN, desc = "It left with a permit, stayed without one, or the permit is lost.")
    @State
    public static class AgainstCancel {

        private final FairSemaphore semaphore = new FairSemaphore(1, 1);
        private final Arrival waiter;

        public AgainstCancel() {
            new Arrival().arrive(semaphore);
            waiter = new Arrival().arrive(semaphore);
        }

        @Actor
        public void release() {
            semaphore.release();
        }

        @Actor
        public void cancel(IIII_Result r) {
            r.r1 = waiter.leave(semaphore);
        }

        @Arbiter
        public void look(IIII_Result r) {
            r.r2 = waiter.permits();
            r.r3 = activeAfter(semaphore, waiter);
            r.r4 = next(semaphore);
        }
    }

    /** The first of two waiters times out as it would be granted the permit. */
    @JCStressTest
    @Outcome(
            id = "1, 0, 1, 1",
            expect = ACCEPTABLE,
            desc = "It left and is counted as rejected; the second has the permit.")
    @Outcome(id = "0, 1, 0, 0", expect = ACCEPTABLE, desc = "It got the permit; the second waits for it.")
    @Outcome(expect = FORBIDDEN, desc = "Both or neither got the permit, or the count of rejections is wrong.")
    @State
    public static class AgainstWaitTimeout {

        private final FairSemaphore semaphore = new FairSemaphore(1, 2);
        private final Arrival first;
        private final Arrival second;

        public AgainstWaitTimeout() {
            new Arrival().arrive(semaphore);
            first = new Arrival().arrive(semaphore);
            second = new Arrival().arrive(semaphore);
        }

        @Actor
        public void release() {
            semaphore.release();
        }

        @Actor
        public void expire(IIII_Result r) {
            r.r1 = first.leave(semaphore);
            if (r.r1 == 1) {
                semaphore.countRejected();
            }
        }

        @Arbiter
        public void look(IIII_Result r) {
            r.r2 = first.permits();
            r.r3 = second.permits();
            r.r4 = (int) semaphore.totalRejected();
            if (activeAfter(semaphore, first, second) != 0 || next(semaphore) != 1) {
                r.r4 = -1;
            }
        }
    }

    /** A call arrives at a full bulkhead as the permit is released. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "It has the permit, acquired or granted.")
    @Outcome(expect = FORBIDDEN, desc = "It waits beside a free permit, has two, or the permit is lost.")
    @State
    public static class AgainstArrival {

        private final FairSemaphore semaphore = new FairSemaphore(1, 1);
        private final Arrival arrival = new Arrival();

        public AgainstArrival() {
            new Arrival().arrive(semaphore);
        }

        @Actor
        public void release() {
            semaphore.release();
        }

        @Actor
        public void arrive() {
            arrival.arrive(semaphore);
        }

        @Arbiter
        public void look(III_Result r) {
            r.r1 = arrival.permits();
            r.r2 = activeAfter(semaphore, arrival);
            r.r3 = next(semaphore);
        }
    }

    /** The only waiter leaves and another call arrives while the permit is released. */
    @JCStressTest
    @Outcome(id = "1, 1, 0, 1", expect = ACCEPTABLE, desc = "The waiter left, so the arrival has the permit.")
    @Outcome(id = "0, 1, 0, 1", expect = ACCEPTABLE, desc = "The waiter had the permit before the arrival.")
    @Outcome(expect = FORBIDDEN, desc = "The arrival gets no permit, gets two, or a permit is lost.")
    @State
    public static class AgainstCancelAndArrival {

        private final FairSemaphore semaphore = new FairSemaphore(1, 2);
        private final Arrival waiter;
        private final Arrival arrival = new Arrival();

        public AgainstCancelAndArrival() {
            new Arrival().arrive(semaphore);
            waiter = new Arrival().arrive(semaphore);
        }

        @Actor
        public void release() {
            semaphore.release();
        }

        @Actor
        public void cancelAndArrive(IIII_Result r) {
            r.r1 = waiter.leave(semaphore);
            arrival.arrive(semaphore);
        }

        @Arbiter
        public void look(IIII_Result r) {
            r.r3 = activeAfter(semaphore, waiter, arrival);
            r.r2 = arrival.permits();
            r.r4 = next(semaphore);
        }
    }

    /** The only waiter leaves as another call arrives; the permit is released afterwards. */
    @JCStressTest
    @Outcome(id = "1, 1, 0, 1", expect = ACCEPTABLE, desc = "The waiter left, and the arrival has the permit.")
    @Outcome(expect = FORBIDDEN, desc = "The arrival was forgotten in the queue, or the permit is lost.")
    @State
    public static class ArrivalAgainstCancel {

        private final FairSemaphore semaphore = new FairSemaphore(1, 2);
        private final Arrival waiter;
        private final Arrival arrival = new Arrival();

        public ArrivalAgainstCancel() {
            new Arrival().arrive(semaphore);
            waiter = new Arrival().arrive(semaphore);
        }

        @Actor
        public void cancel(IIII_Result r) {
            r.r1 = waiter.leave(semaphore);
        }

        @Actor
        public void arrive() {
            arrival.arrive(semaphore);
        }

        @Arbiter
        public void look(IIII_Result r) {
            semaphore.release();
            r.r2 = arrival.permits();
            r.r3 = activeAfter(semaphore, arrival);
            r.r4 = next(semaphore);
        }
    }

    /** The limit grows as a permit is released: one waiter for two permits. */
    @JCStressTest
    @Outcome(id = "1, 0, 2", expect = ACCEPTABLE, desc = "The waiter has one permit; the other one is free.")
    @Outcome(expect = FORBIDDEN, desc = "The waiter has none or two, or a permit is lost or granted twice.")
    @State
    public static class AgainstGrowth {

        private final FairSemaphore semaphore = new FairSemaphore(1, 1);
        private final Arrival waiter;

        public AgainstGrowth() {
            new Arrival().arrive(semaphore);
            waiter = new Arrival().arrive(semaphore);
        }

        @Actor
        public void release() {
            semaphore.release();
        }

        @Actor
        public void grow() {
            semaphore.resize(2, 1);
        }

        @Arbiter
        public void look(III_Result r) {
            r.r1 = waiter.permits();
            r.r2 = activeAfter(semaphore, waiter);
            r.r3 = next(semaphore) + next(semaphore) + next(semaphore);
        }
    }

    /** The limit shrinks as a permit is released, with one waiter. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 0, 1"},
            expect = ACCEPTABLE,
            desc = "Granted under the old limit, or waiting for the running call; one permit is left.")
    @Outcome(expect = FORBIDDEN, desc = "A permit is lost, or there are more than the limit.")
    @State
    public static class AgainstShrinking {

        private final FairSemaphore semaphore = new FairSemaphore(2, 1);
        private final Arrival goesOn;
        private final Arrival waiter;

        public AgainstShrinking() {
            new Arrival().arrive(semaphore);
            goesOn = new Arrival().arrive(semaphore);
            waiter = new Arrival().arrive(semaphore);
        }

        @Actor
        public void release() {
            semaphore.release();
        }

        @Actor
        public void shrink() {
            semaphore.resize(1, 1);
        }

        @Arbiter
        public void look(III_Result r) {
            r.r1 = waiter.permits();
            r.r2 = activeAfter(semaphore, goesOn, waiter);
            r.r3 = next(semaphore) + next(semaphore);
        }
    }
}
