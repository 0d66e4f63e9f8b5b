package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Require;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of trials at once finds out whether calls succeed again: enough successes close the circuit, one
 * failure opens it. A trial holds a slot from its admission to its end; taking the trial out of its slot is what settles
 * it, so no trial can be settled twice, and one that never ends can be taken back.
 */
final class HalfOpen extends CircuitState {

    private final Circuit circuit;
    private final Open before;
    private final int successThreshold;
    private final long maxNanos;
    private final AtomicReferenceArray<@Nullable Trial> slots;
    private final AtomicInteger successes = new AtomicInteger();

    HalfOpen(Circuit circuit, Open before) {
        this.circuit = circuit;
        this.before = before;
        this.successThreshold = circuit.config().successThreshold();
        this.maxNanos = Require.nanos(circuit.config().longestTrial());
        this.slots = new AtomicReferenceArray<>(circuit.config().halfOpenMaxCalls());
    }

    @Override
    CircuitBreaker.State state() {
        return CircuitBreaker.State.HALF_OPEN;
    }

    @Override
    @Nullable
    Admission admit() {
        long now = circuit.ticker().nanoTime();
        for (int slot = 0; slot < slots.length(); slot++) {
            Trial running = slots.get(slot);
            if (running != null && running.isOverdue(now)) {
                running.failed();
                return null;
            }
        }
        for (int slot = 0; slot < slots.length(); slot++) {
            if (slots.get(slot) == null) {
                Trial trial = new Trial(slot, now);
                if (slots.compareAndSet(slot, null, trial)) {
                    return trial;
                }
            }
        }
        throw circuit.rejection(this);
    }

    @Override
    int failureCount() {
        return before.failureCount();
    }

    @Override
    int successCount() {
        return Math.min(successes.get(), successThreshold);
    }

    @Override
    int halfOpenCalls() {
        int running = 0;
        for (int slot = 0; slot < slots.length(); slot++) {
            if (slots.get(slot) != null) {
                running++;
            }
        }
        return running;
    }

    private void reopen() {
        circuit.transition(this, before.again());
    }

    private final class Trial implements Admission {

        private final int slot;
        private final long startedAt;

        Trial(int slot, long startedAt) {
            this.slot = slot;
            this.startedAt = startedAt;
        }

        boolean isOverdue(long now) {
            return now - startedAt >= maxNanos;
        }

        @Override
        public void succeeded() {
            // Decided by time alone: a trial that took too long failed, whether or not someone came by to take it back.
            boolean late = isOverdue(circuit.ticker().nanoTime());
            if (!settle()) {
                return;
            }
            if (late) {
                reopen();
            } else if (successes.incrementAndGet() >= successThreshold) {
                circuit.transition(HalfOpen.this, new Closed(circuit));
            }
        }

        @Override
        public void failed() {
            if (settle()) {
                reopen();
            }
        }

        @Override
        public void ignored() {
            settle();
        }

        private boolean settle() {
            return slots.compareAndSet(slot, this, null);
        }
    }
}
