package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.proof.Linearizability;
import java.time.Duration;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/** A bucket of two tokens while the clock stands still, against a number. */
class TokenBucketLinearizabilityTests {

    private static final int TOKEN = 1_000;
    private static final long NOW = Long.MAX_VALUE - 5;

    @Test
    void bucketShouldBeLinearizableWhenThreadsRace() {
        Linearizability.race(Bucket.class, Reserved.class);
    }

    @Test
    void bucketShouldBeLinearizableWhenThreadsAreSwitchedAnywhere() {
        Linearizability.switched(Bucket.class, Reserved.class);
    }

    /** Each thread may give up the token that it has reserved. */
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

        private final boolean[] waits = new boolean[10];

        @Operation
        public boolean tryAcquire() {
            return bucket.tryAcquire(NOW);
        }

        /** The wait; -1 if it would be too long. */
        @Operation
        public long reserve(@Param(name = "thread") int thread, @Param(name = "patience") int patience) {
            Reservation reservation = new Reservation(new Nobody());
            TokenBucket.Outcome outcome = bucket.reserve(NOW, (long) patience * TOKEN, reservation, true);
            if (outcome == TokenBucket.Outcome.REJECTED) {
                return -1;
            }
            waits[thread] = outcome != TokenBucket.Outcome.ACQUIRED;
            return reservation.dueAt() - NOW > 0 ? reservation.dueAt() - NOW : 0;
        }

        @Operation
        public void leave(@Param(name = "thread") int thread) {
            if (waits[thread]) {
                bucket.tryCancel();
                waits[thread] = false;
            }
        }

        /** The first reservation, if there is one, is for the next token. */
        @Operation
        public void endWaiting() {
            bucket.tryEndWaiting(NOW + TOKEN);
        }

        @Operation
        public int available() {
            return bucket.available(NOW);
        }
    }

    /** Reserves for itself alone. */
    private static final class Nobody implements ReservationQueue.Waiter {

        @Override
        public boolean watchesClock() {
            return true;
        }

        @Override
        public void onMoved(long dueAt) {
            // It does not sleep.
        }

        @Override
        public void onSettled() {
            // It does not sleep.
        }
    }

    /** What one thread sees of {@link Bucket}. */
    public static class Reserved {

        private final boolean[] waits = new boolean[10];

        /** Tokens that are there; below zero, the reservations. */
        private int tokens = 2;

        public boolean tryAcquire() {
            if (tokens <= 0) {
                return false;
            }
            tokens--;
            return true;
        }

        public long reserve(int thread, int patience) {
            long wait = Math.max(0, 1 - tokens);
            if (wait > patience) {
                return -1;
            }
            tokens--;
            waits[thread] = wait > 0;
            return wait * TOKEN;
        }

        public void leave(int thread) {
            if (waits[thread]) {
                waits[thread] = false;
                tokens++;
            }
        }

        public void endWaiting() {
            // What nobody waits for is not seen.
        }

        public int available() {
            return Math.max(0, tokens);
        }
    }
}
