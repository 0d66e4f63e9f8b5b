package io.netrun.resilience.bulkhead;

import io.netrun.resilience.proof.Linearizability;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * Places without a queue, against a count. With a queue, who asks in the moment in which the last waiter leaves may
 * overtake one that enters just then, on purpose; what holds there all the same is proven by {@link Grants}. And a
 * limit is not part of the word that counts, so a call that asked before it shrank may be counted after that: who
 * changes the limit may see one more afterwards, and figures and changes are proven one without the other.
 */
class FairSemaphoreLinearizabilityTests {

    @Test
    void placesShouldBeLinearizableWhenThreadsRace() {
        Linearizability.race(Counted.class, Count.class);
    }

    @Test
    void placesShouldBeLinearizableWhenThreadsAreSwitchedAnywhere() {
        Linearizability.switched(Counted.class, Count.class);
    }

    @Test
    void placesWhoseLimitChangesShouldBeLinearizableWhenThreadsRace() {
        Linearizability.race(Resized.class, Count.class);
    }

    @Test
    void placesWhoseLimitChangesShouldBeLinearizableWhenThreadsAreSwitchedAnywhere() {
        Linearizability.switched(Resized.class, Count.class);
    }

    /** Each thread gives back what it has taken. */
    private static final class Takers {

        private final FairSemaphore places = new FairSemaphore(2, 0);
        private final int[] held = new int[10];

        boolean take(int thread) {
            boolean taken = places.tryAcquire();
            held[thread] += taken ? 1 : 0;
            return taken;
        }

        boolean giveBack(int thread) {
            if (held[thread] == 0) {
                return false;
            }
            held[thread]--;
            places.release();
            return true;
        }
    }

    /** Takers, and somebody who looks at the figures. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    public static class Counted {

        private final Takers takers = new Takers();

        @Operation
        public boolean take(@Param(name = "thread") int thread) {
            return takers.take(thread);
        }

        @Operation
        public boolean giveBack(@Param(name = "thread") int thread) {
            return takers.giveBack(thread);
        }

        @Operation
        public int active() {
            return takers.places.active();
        }

        @Operation
        public long accepted() {
            return takers.places.totalAccepted();
        }
    }

    /** Takers, and somebody who changes the limit. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    @Param(name = "limit", gen = IntGen.class, conf = "1:3")
    public static class Resized {

        private final Takers takers = new Takers();

        @Operation
        public boolean take(@Param(name = "thread") int thread) {
            return takers.take(thread);
        }

        @Operation
        public boolean giveBack(@Param(name = "thread") int thread) {
            return takers.giveBack(thread);
        }

        @Operation
        public void resize(@Param(name = "limit") int limit) {
            takers.places.resize(limit, 0);
        }
    }

    /** What one thread sees of {@link Takers}. */
    public static class Count {

        private final int[] held = new int[10];
        private int limit = 2;
        private int active;
        private long accepted;

        public boolean take(int thread) {
            if (active >= limit) {
                return false;
            }
            active++;
            accepted++;
            held[thread]++;
            return true;
        }

        public boolean giveBack(int thread) {
            if (held[thread] == 0) {
                return false;
            }
            held[thread]--;
            active--;
            return true;
        }

        public void resize(int newLimit) {
            limit = newLimit;
        }

        public int active() {
            return active;
        }

        public long accepted() {
            return accepted;
        }
    }
}
