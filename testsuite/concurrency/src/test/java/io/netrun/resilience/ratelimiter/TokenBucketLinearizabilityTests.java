package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.concurrency.Linearizability;
import java.time.Duration;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/** A bucket of two tokens while the clock stands still, against a number of tokens. */
class TokenBucketLinearizabilityTests {

    private static final int TOKEN = 1_000;
    private static final long NOW = Long.MAX_VALUE - 5;

    @Test
    void bucketShouldBeLinearizableWhenThreadsRace() {
        Linearizability.race(Bucket.class, Tokens.class);
    }

    @Test
    void bucketShouldBeLinearizableWhenThreadsAreSwitchedAnywhere() {
        Linearizability.switched(Bucket.class, Tokens.class);
    }

    /** Each thread may give back what it has taken. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    public static class Bucket {

        private final TokenBucket bucket = new TokenBucket(
                RateLimiterConfig.builder()
                        .limit(1)
                        .period(Duration.ofNanos(TOKEN))
                        .burst(2)
                        .build(),
                NOW);

        private final int[] taken = new int[10];

        @Operation
        public boolean tryAcquire(@Param(name = "thread") int thread) {
            boolean acquired = bucket.tryAcquire(NOW);
            if (acquired) {
                taken[thread]++;
            }
            return acquired;
        }

        @Operation
        public void returnTokens(@Param(name = "thread") int thread) {
            if (taken[thread] > 0) {
                taken[thread]--;
                bucket.tryReturn(1);
            }
        }

        @Operation
        public int available() {
            return bucket.available(NOW);
        }
    }

    /** What one thread sees of {@link Bucket}. */
    public static class Tokens {

        private final int[] taken = new int[10];
        private int left = 2;

        public boolean tryAcquire(int thread) {
            if (left == 0) {
                return false;
            }
            left--;
            taken[thread]++;
            return true;
        }

        public void returnTokens(int thread) {
            if (taken[thread] > 0) {
                taken[thread]--;
                left++;
            }
        }

        public int available() {
            return left;
        }
    }
}
