package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.SafeLog;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces transitions in the order in which they happened. The winner of a compare-and-set could be stopped before it
 * has announced its transition, and the next winner would be first. So each state keeps the transition that led to it,
 * written before the compare-and-set: together they are a list from the present state back to the last one announced,
 * and the thread that announces goes through that. One thread announces at a time; the others, and a listener that
 * causes a transition, leave theirs to it and go on.
 */
final class TransitionAnnouncer {

    private static final Logger log = LoggerFactory.getLogger(TransitionAnnouncer.class);

    /**
     * One change from a state to the next.
     *
     * @param from the state that ended
     * @param announcement calls the listeners; null where there is nothing to announce
     */
    record Transition(CircuitState from, @Nullable Runnable announcement) {}

    private final Supplier<CircuitState> present;

    /**
     * TransitionAnnouncer that were won and not looked at since; the thread that raises it from zero announces until it
     * is zero again.
     */
    private final AtomicInteger pending = new AtomicInteger();

    /** Up to where transitions have been announced; only for the thread that announces. */
    private CircuitState announced;

    TransitionAnnouncer(CircuitState first, Supplier<CircuitState> present) {
        this.announced = first;
        this.present = present;
    }

    /** A transition was won. Never throws. */
    void won() {
        if (pending.getAndIncrement() != 0) {
            return;
        }
        int seen;
        do {
            seen = pending.get();
            announceUpTo(present.get());
        } while (pending.addAndGet(-seen) > 0);
    }

    private void announceUpTo(CircuitState last) {
        for (CircuitState state = last; state != announced; ) {
            CircuitState before = state.arrival().from();
            before.next = state;
            state = before;
        }
        while (announced != last) {
            CircuitState next = Objects.requireNonNull(announced.next);
            announced.next = null;
            announced = next;
            announce(next.takeArrival());
        }
    }

    private static void announce(Transition transition) {
        Runnable announcement = transition.announcement();
        if (announcement == null) {
            return;
        }
        try {
            announcement.run();
        } catch (Throwable thrown) {
            SafeLog.error(log, "A transition could not be announced", thrown);
        }
    }
}
