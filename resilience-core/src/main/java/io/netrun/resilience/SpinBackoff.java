package io.netrun.resilience;

/**
 * The rest of a thread whose compare-and-set has failed, because another thread was faster. Threads that try again at
 * once take the word's cache line away from each other at every step, also from the one that is about to succeed; if
 * the losers rest, and for longer each time, the others make several steps in a row. See "More threads" in
 * {@code docs/benchmarks/jdk-17.md}. For those who write policies.
 *
 * <pre>{@code
 * for (int rest = 0; ; rest = SpinBackoff.pause(rest)) {
 *     ...                      // read, compute, return if the compare-and-set succeeds
 * }
 * }</pre>
 */
public final class SpinBackoff {

    /** In {@link Thread#onSpinWait()}s, of which one takes 10 to 50 ns. */
    private static final int SHORTEST = 16;

    /** A few microseconds, which is next to nothing beside what a protected call takes. */
    private static final int LONGEST = 128;

    private SpinBackoff() {}

    /**
     * Rests before the next try, without giving the processor away.
     *
     * @param before what the last rest returned; 0 before the first
     * @return what to pass the next time
     */
    public static int pause(int before) {
        int rest = before == 0 ? SHORTEST : Math.min(2 * before, LONGEST);
        for (int i = 0; i < rest; i++) {
            Thread.onSpinWait();
        }
        return rest;
    }
}
