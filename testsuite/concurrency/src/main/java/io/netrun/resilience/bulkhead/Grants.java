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

/**
 * A place that is given back, against everything that may happen to the queue meanwhile. None is lost, none is doubled.
 */
public class Grants {

    /** Gives back what an arrival has, then everybody's; what remains tells what was lost. */
    private static int activeAfter(FairSemaphore places, Arrival... arrivals) {
        int held = 0;
        // A place that is given back may be granted to another arrival, which gives it back in its turn.
        for (int before = -1; before != held; ) {
            before = held;
            int now = 0;
            for (Arrival each : arrivals) {
                now += each.places();
            }
            for (; held < now; held++) {
                places.release();
            }
        }
        return places.active() + places.queued();
    }

    private static int next(FairSemaphore places) {
        return places.tryAcquire() ? 1 : 0;
    }

    /** The waiter is cancelled at the moment at which it would be granted a place. */
    @JCStressTest
    @Outcome(id = "1, 0, 0, 1", expect = ACCEPTABLE, desc = "It left in time; the place is free.")
    @Outcome(id = "0, 1, 0, 1", expect = ACCEPTABLE, desc = "It has got the place, and gives it back.")
    @Outcome(expect = FORBIDDEN, desc = "It left with a place, stayed without one, or the place is lost.")
    @State
    public static class AgainstCancel {

        private final FairSemaphore places = new FairSemaphore(1, 1);
        private final Arrival waiter;

        public AgainstCancel() {
            new Arrival().arrive(places);
            waiter = new Arrival().arrive(places);
        }

        @Actor
        public void giveBack() {
            places.release();
        }

        @Actor
        public void cancel(IIII_Result r) {
            r.r1 = waiter.leave(places, false);
        }

        @Arbiter
        public void look(IIII_Result r) {
            r.r2 = waiter.places();
            r.r3 = activeAfter(places, waiter);
            r.r4 = next(places);
        }
    }

    /** The first of two waiters has waited too long at the moment at which it would be granted a place. */
    @JCStressTest
    @Outcome(
            id = "1, 0, 1, 1",
            expect = ACCEPTABLE,
            desc = "It left and is counted as rejected; the second has the place.")
    @Outcome(id = "0, 1, 0, 0", expect = ACCEPTABLE, desc = "It has got the place; the second waits for it.")
    @Outcome(expect = FORBIDDEN, desc = "Two have the place, nobody has, or the count of the rejected is another.")
    @State
    public static class AgainstWaitTimeout {

        private final FairSemaphore places = new FairSemaphore(1, 2);
        private final Arrival first;
        private final Arrival second;

        public AgainstWaitTimeout() {
            new Arrival().arrive(places);
            first = new Arrival().arrive(places);
            second = new Arrival().arrive(places);
        }

        @Actor
        public void giveBack() {
            places.release();
        }

        @Actor
        public void expire(IIII_Result r) {
            r.r1 = first.leave(places, true);
        }

        @Arbiter
        public void look(IIII_Result r) {
            r.r2 = first.places();
            r.r3 = second.places();
            r.r4 = (int) places.totalRejected();
            if (activeAfter(places, first, second) != 0 || next(places) != 1) {
                r.r4 = -1;
            }
        }
    }

    /** A call arrives at a full bulkhead at the moment at which the place becomes free. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "It has the place, taken or granted.")
    @Outcome(expect = FORBIDDEN, desc = "It waits beside a free place, has two, or the place is lost.")
    @State
    public static class AgainstArrival {

        private final FairSemaphore places = new FairSemaphore(1, 1);
        private final Arrival arrival = new Arrival();

        public AgainstArrival() {
            new Arrival().arrive(places);
        }

        @Actor
        public void giveBack() {
            places.release();
        }

        @Actor
        public void arrive() {
            arrival.arrive(places);
        }

        @Arbiter
        public void look(III_Result r) {
            r.r1 = arrival.places();
            r.r2 = activeAfter(places, arrival);
            r.r3 = next(places);
        }
    }

    /** The only waiter leaves and another call arrives, while the place becomes free. */
    @JCStressTest
    @Outcome(id = "1, 1, 0, 1", expect = ACCEPTABLE, desc = "The waiter left, so the arrival has the place.")
    @Outcome(id = "0, 1, 0, 1", expect = ACCEPTABLE, desc = "The waiter had the place before the arrival.")
    @Outcome(expect = FORBIDDEN, desc = "The arrival is never served, is served twice, or a place is lost.")
    @State
    public static class AgainstCancelAndArrival {

        private final FairSemaphore places = new FairSemaphore(1, 2);
        private final Arrival waiter;
        private final Arrival arrival = new Arrival();

        public AgainstCancelAndArrival() {
            new Arrival().arrive(places);
            waiter = new Arrival().arrive(places);
        }

        @Actor
        public void giveBack() {
            places.release();
        }

        @Actor
        public void cancelAndArrive(IIII_Result r) {
            r.r1 = waiter.leave(places, false);
            arrival.arrive(places);
        }

        @Arbiter
        public void look(IIII_Result r) {
            r.r3 = activeAfter(places, waiter, arrival);
            r.r2 = arrival.places();
            r.r4 = next(places);
        }
    }

    /** The only waiter leaves at the moment at which another call arrives; the place becomes free afterwards. */
    @JCStressTest
    @Outcome(id = "1, 1, 0, 1", expect = ACCEPTABLE, desc = "The waiter left, and the arrival has the place.")
    @Outcome(expect = FORBIDDEN, desc = "The arrival was forgotten in the queue, or the place is lost.")
    @State
    public static class ArrivalAgainstCancel {

        private final FairSemaphore places = new FairSemaphore(1, 2);
        private final Arrival waiter;
        private final Arrival arrival = new Arrival();

        public ArrivalAgainstCancel() {
            new Arrival().arrive(places);
            waiter = new Arrival().arrive(places);
        }

        @Actor
        public void cancel(IIII_Result r) {
            r.r1 = waiter.leave(places, false);
        }

        @Actor
        public void arrive() {
            arrival.arrive(places);
        }

        @Arbiter
        public void look(IIII_Result r) {
            places.release();
            r.r2 = arrival.places();
            r.r3 = activeAfter(places, arrival);
            r.r4 = next(places);
        }
    }

    /** The limit grows at the moment at which a place becomes free, with one waiter for two places. */
    @JCStressTest
    @Outcome(id = "1, 0, 2", expect = ACCEPTABLE, desc = "The waiter has one place; the other one is free.")
    @Outcome(expect = FORBIDDEN, desc = "The waiter has none or two, or a place is lost or doubled.")
    @State
    public static class AgainstGrowth {

        private final FairSemaphore places = new FairSemaphore(1, 1);
        private final Arrival waiter;

        public AgainstGrowth() {
            new Arrival().arrive(places);
            waiter = new Arrival().arrive(places);
        }

        @Actor
        public void giveBack() {
            places.release();
        }

        @Actor
        public void grow() {
            places.resize(2, 1);
        }

        @Arbiter
        public void look(III_Result r) {
            r.r1 = waiter.places();
            r.r2 = activeAfter(places, waiter);
            r.r3 = next(places) + next(places) + next(places);
        }
    }

    /** The limit shrinks at the moment at which a place becomes free, with a waiter. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 0, 1"},
            expect = ACCEPTABLE,
            desc =
                    "The waiter has the place by the limit before, or waits for the call that goes on; one place is left.")
    @Outcome(expect = FORBIDDEN, desc = "A place is lost, or there are more than the limit.")
    @State
    public static class AgainstShrinking {

        private final FairSemaphore places = new FairSemaphore(2, 1);
        private final Arrival goesOn;
        private final Arrival waiter;

        public AgainstShrinking() {
            new Arrival().arrive(places);
            goesOn = new Arrival().arrive(places);
            waiter = new Arrival().arrive(places);
        }

        @Actor
        public void giveBack() {
            places.release();
        }

        @Actor
        public void shrink() {
            places.resize(1, 1);
        }

        @Arbiter
        public void look(III_Result r) {
            r.r1 = waiter.places();
            r.r2 = activeAfter(places, goesOn, waiter);
            r.r3 = next(places) + next(places);
        }
    }
}
