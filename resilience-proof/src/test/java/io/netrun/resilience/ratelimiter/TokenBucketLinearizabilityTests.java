package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.proof.Linearizability;
import java.time.Duration;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/** A bucket of two tokens while the clock stands still, against a row of turns. */
class TokenBucketLinearizabilityTests {

    private static final int TOKEN = 1_000;
    private static final long NOW = Long.MAX_VALUE - 5;

    @Test
    void bucketShouldBeLinearizableWhenThreadsRace() {
        Linearizability.race(Bucket.class, Turns.class);
    }

    @Test
    void bucketShouldBeLinearizableWhenThreadsAreSwitchedAnywhere() {
        Linearizability.switched(Bucket.class, Turns.class);
    }

    /** Each thread may give up the turn that it waits for. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    @Param(name = "patience", gen = IntGen.class, conf = "0:3")
    public static class Bucket {

        private final TokenBucket bucket = new TokenBucket(
                RateLimiterConfig.builder()
                        .limit(1)
                        .period(Duration.ofNanos(TOKEN))
                        .burst(2)
                        .build(),
                NOW);

        private final long[] waits = new long[10];

        @Operation
        public long take(@Param(name = "thread") int thread, @Param(name = "patience") int patience) {
            long wait = bucket.take(NOW, (long) patience * TOKEN);
            if (wait > 0) {
                waits[thread] = wait;
            }
            return wait;
        }

        @Operation
        public void leave(@Param(name = "thread") int thread) {
            if (waits[thread] > 0) {
                bucket.putBack(NOW + waits[thread]);
                waits[thread] = 0;
            }
        }

        @Operation
        public int available() {
            return bucket.available(NOW);
        }
    }

    /** What one thread sees of {@link Bucket}. */
    public static class Turns {

        private final int[] waits = new int[10];

        /** The next call's turn: before 0 if there is a token for it. */
        private int next = -1;

        public long take(int thread, int patience) {
            if (next > patience) {
                return (long) (patience - next) * TOKEN;
            }
            int turn = Math.max(0, next++);
            if (turn > 0) {
                waits[thread] = turn;
            }
            return (long) turn * TOKEN;
        }

        public void leave(int thread) {
            if (waits[thread] > 0 && waits[thread] == next - 1) {
                next--;
            }
            waits[thread] = 0;
        }

        public int available() {
            return Math.max(0, 1 - next);
        }
    }
}
