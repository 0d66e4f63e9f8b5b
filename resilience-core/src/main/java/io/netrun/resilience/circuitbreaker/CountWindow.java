package io.netrun.resilience.circuitbreaker;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A window of the most recent calls. */
final class CountWindow extends SlidingWindow {

    private static final VarHandle RING = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "ring", VarHandle.class, CountWindow.class, OutcomeRing.class);

    private volatile OutcomeRing ring;

    CountWindow(CircuitBreakerConfig config) {
        super(rules(config));
        this.ring = new OutcomeRing(config.windowSize());
    }

    /** The minimum may be larger than the window, which would then never have enough calls. */
    private static Rules rules(CircuitBreakerConfig config) {
        return Rules.of(config, Math.min(config.minimumCalls(), config.windowSize()));
    }

    @Override
    Rules rulesOf(CircuitBreakerConfig config) {
        return rules(config);
    }

    @Override
    boolean isAskedForBy(CircuitBreakerConfig config) {
        return config.detection() == Detection.COUNT_WINDOW;
    }

    /** Keeps the latest calls that fit. */
    @Override
    void resize(CircuitBreakerConfig config) {
        OutcomeRing former = ring;
        if (config.windowSize() != former.size()) {
            former.close(config.windowSize());
            replace(former);
        }
    }

    /** Replaces a closed ring by its successor. The first thread succeeds. */
    private void replace(OutcomeRing closed) {
        RING.compareAndSet(this, closed, closed.successor());
    }

    @Override
    public boolean record(boolean failed, boolean slow) {
        int outcome = OutcomeRing.outcome(failed, slow);
        while (true) {
            OutcomeRing present = ring;
            long tally = present.add(outcome);
            if (tally != OutcomeRing.CLOSED) {
                return isOver(present.calls(tally), present.failed(tally), present.slow(tally));
            }
            replace(present);
        }
    }

    @Override
    public boolean shouldOpen(int overdue) {
        if (overdue == 0) {
            return false;
        }
        OutcomeRing present = ring;
        long tally = present.tally();
        return isOver(
                (long) present.calls(tally) + overdue, present.failed(tally), (long) present.slow(tally) + overdue);
    }

    @Override
    public String openReason() {
        OutcomeRing present = ring;
        long tally = present.tally();
        return openReason(present.calls(tally), present.failed(tally), present.slow(tally));
    }

    @Override
    public int failureCount() {
        OutcomeRing present = ring;
        return present.failed(present.tally());
    }

    @Override
    public RecentCalls recentCalls() {
        OutcomeRing present = ring;
        long tally = present.tally();
        return new RecentCalls(present.calls(tally), present.failed(tally), present.slow(tally));
    }
}
