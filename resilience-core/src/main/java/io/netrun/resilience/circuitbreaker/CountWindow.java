package io.netrun.resilience.circuitbreaker;

/** The last so many calls, in a ring. */
final class CountWindow extends RateWindow {

    private static final byte FAILED = 1;
    private static final byte SLOW = 2;

    private byte[] ring;
    private int next;
    private boolean full;

    CountWindow(CircuitBreakerConfig config) {
        super(config);
        this.ring = new byte[config.windowSize()];
    }

    /** The minimum may be larger than the window, which would then never have enough calls. */
    @Override
    int minimumCalls(CircuitBreakerConfig config) {
        return Math.min(config.minimumCalls(), config.windowSize());
    }

    @Override
    boolean isAskedForBy(CircuitBreakerConfig config) {
        return config.detection() == Detection.COUNT_WINDOW;
    }

    /** The latest calls that fit stay. */
    @Override
    void resize(CircuitBreakerConfig config) {
        int size = config.windowSize();
        if (size == ring.length) {
            return;
        }
        byte[] former = ring;
        int known = full ? former.length : next;
        int kept = Math.min(known, size);
        int oldest = next - kept;
        clear();
        ring = new byte[size];
        next = 0;
        full = false;
        for (int i = 0; i < kept; i++) {
            int outcome = former[Math.floorMod(oldest + i, former.length)];
            slide((outcome & FAILED) != 0, (outcome & SLOW) != 0);
        }
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
