package io.netrun.resilience.ratelimiter;

import java.util.concurrent.atomic.LongAdder;

/** What only few rate limiters count: those with weighted calls, and those in mode observe. */
final class RareCounts {

    /** The tokens of accepted calls, less one for each of them. */
    final LongAdder acceptedFurther = new LongAdder();

    /** The tokens of rejected calls, less one for each of them. */
    final LongAdder rejectedFurther = new LongAdder();

    final LongAdder wouldWait = new LongAdder();
    final LongAdder wouldReject = new LongAdder();
}
