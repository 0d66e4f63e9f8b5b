package io.netrun.resilience.bulkhead;

import io.netrun.resilience.concurrency.Linearizability;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * A semaphore without a queue, against a count. With a queue, a call that arrives as the last waiter leaves may barge
 * past one that enters just then, by design; {@link SemaphoreReleaseStress} covers what still holds there. The limit is
 * not part of the word that counts permits, so a call that started before the limit shrank may be counted afterwards.
 * Figures and resizing are therefore checked separately.
 */
class FairSemaphoreLinearizabilityTests {

    @Test
    void semaphoreShouldBeLinearizableWhenThreadsRace() {
        Linearizability.race(Counted.class, Count.class);
    }

    @Test
    void semaphoreShouldBeLinearizableWhenThreadsAreSwitched() {
        Linearizability.switched(Counted.class, Count.class);
    }

    @Test
    void resizedSemaphoreShouldBeLinearizableWhenThreadsRace() {
        Linearizability.race(Resized.class, Count.class);
    }

    @Test
    void resizedSemaphoreShouldBeLinearizableWhenThreadsAreSwitched() {
        Linearizability.switched(Resized.class, Count.class);
    }

    /** Each thread gives back what it has taken. */
    private static final class Callers {

        private final FairSemaphore semaphore = new FairSemaphore(2, 0);
        private final int[] held = new int[10];

        boolean take(int thread) {
            boolean taken = semaphore.tryAcquire();
            held[thread] += taken ? 1 : 0;
            return taken;
        }

        boolean release(int thread) {
            if (held[thread] == 0) {
                return false;
            }
            held[thread]--;
            semaphore.release();
            return true;
        }
    }

    /** Callers, and a reader of the figures. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    public static class Counted {

        private final Callers callers = new Callers();

        @Operation
        public boolean take(@Param(name = "thread") int thread) {
            return callers.take(thread);
        }

        @Operation
        public boolean release(@Param(name = "thread") int thread) {
            return callers.release(thread);
        }

        @Operation
        public int active() {
            return callers.semaphore.active();
        }

        @Operation
        public long accepted() {
            return callers.semaphore.totalAccepted();
        }
    }

    /** Callers, and a thread that changes the limit. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    @Param(name = "limit", gen = IntGen.class, conf = "1:3")
    public static class Resized {

        private final Callers callers = new Callers();

        @Operation
        public boolean take(@Param(name = "thread") int thread) {
            return callers.take(thread);
        }

        @Operation
        public boolean release(@Param(name = "thread") int thread) {
            return callers.release(thread);
        }

        @Operation
        public void resize(@Param(name = "limit") int limit) {
            callers.semaphore.resize(limit, 0);
        }
    }

    /** What one thread sees of {@link Callers}. */
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

        public boolean release(int thread) {
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
