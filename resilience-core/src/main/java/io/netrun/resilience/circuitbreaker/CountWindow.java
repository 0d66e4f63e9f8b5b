package io.netrun.resilience.circuitbreaker;

/** The last so many calls, in a ring. */
final class CountWindow extends RateWindow {

    private static final byte FAILED = 1;
    private static final byte SLOW = 2;

    private final byte[] ring;
    private int next;
    private boolean full;

    CountWindow(CircuitBreakerConfig config) {
        super(config, Math.min(config.minimumCalls(), config.windowSize()));
        this.ring = new byte[config.windowSize()];
    }

    @Override
    void slide(boolean failedCall, boolean slowCall) {
        int added = (failedCall ? FAILED : 0) | (slowCall ? SLOW : 0);
        int oldest = ring[next];
        ring[next] = (byte) added;
        add(full ? 0 : 1, (added & FAILED) - (oldest & FAILED), ((added & SLOW) - (oldest & SLOW)) / SLOW);
        if (++next == ring.length) {
            next = 0;
            full = true;
        }
    }

    @Override
    void slide() {
        // Only calls move this window.
    }
}
