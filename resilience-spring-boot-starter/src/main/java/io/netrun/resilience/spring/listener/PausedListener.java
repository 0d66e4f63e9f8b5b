package io.netrun.resilience.spring.listener;

import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One container, which is paused while the circuit of one of its circuit breakers is open. Whatever may have changed
 * that is signalled, and a worker then compares what is with what should be: one at a time for each container, never on
 * the thread of a call or of the timer, since a container waits for its listeners when it is stopped. While a circuit
 * is open, and until what was paused is resumed, it compares again every second. So it notices a container that is
 * registered late, and a change that no event reports.
 *
 * <p>A container that is not delivering when the circuit opens was paused by other code, and is left to it. So is one
 * that other code resumes while the circuit is open, until it opens again.
 */
final class PausedListener {

    private static final Logger log = LoggerFactory.getLogger(PausedListener.class);

    private static final long GLANCE = TimeUnit.SECONDS.toNanos(1);

    private final String id;
    private final Circuits circuits;
    private final Function<String, @Nullable ListenerContainer> lookup;
    private final AtomicInteger signals = new AtomicInteger();

    private volatile Set<String> breakers;
    private volatile boolean running;

    /** Whether the application has started, and with it its containers, since the last comparison. */
    private volatile boolean started;

    // Confined to the worker that compares, as are the fields below.
    private Ticker.@Nullable Scheduled timer;
    private State state = State.UNTOUCHED;

    /** What was paused. */
    private @Nullable Object target;

    private enum State {
        UNTOUCHED,
        PAUSED,
        /** Other code has resumed it while the circuit is open. */
        OVERRULED
    }

    PausedListener(
            String id, Set<String> breakers, Circuits circuits, Function<String, @Nullable ListenerContainer> lookup) {
        this.id = id;
        this.breakers = breakers;
        this.circuits = circuits;
        this.lookup = lookup;
    }

    Set<String> breakers() {
        return breakers;
    }

    /** Replaces the circuit breakers. Without one, what was paused is resumed. */
    void setBreakers(Set<String> changed) {
        breakers = changed;
        signal();
    }

    void start() {
        started = true;
        running = true;
        signal();
    }

    /** From now on the container is left as it is: the application stops it. */
    void stop() {
        running = false;
        signal();
    }

    /** Has a worker compare, unless one is about to. */
    void signal() {
        if (signals.getAndIncrement() == 0) {
            Workers.executeReliably(this::work);
        }
    }

    private void work() {
        int seen = signals.get();
        do {
            try {
                compare();
            } catch (Throwable thrown) {
                log.error("Listener container '{}' could not be paused or resumed; it is tried again", id, thrown);
                glanceAgain(GLANCE);
            }
            seen = signals.addAndGet(-seen);
        } while (seen != 0);
    }

    private void compare() {
        cancelTimer();
        if (!running) {
            return;
        }
        Set<String> named = breakers;
        String open = circuits.firstOpen(named);
        ListenerContainer container = lookup.apply(id);
        boolean anew = started;
        started = false;
        if (container == null || container.target() != target || (anew && container.isDelivering())) {
            state = State.UNTOUCHED;
            target = null;
        }
        if (container != null) {
            if (open != null) {
                pause(container, open);
            } else {
                resume(container, named);
            }
        }
        if (open != null || state == State.PAUSED) {
            glanceAgain(Math.min(GLANCE, circuits.nanosToTrial(named)));
        }
    }

    private void pause(ListenerContainer container, String open) {
        if (state == State.UNTOUCHED && container.isDelivering()) {
            state = State.PAUSED;
            target = container.target();
            log.info("Listener container '{}' is paused while circuit breaker '{}' is open", id, open);
            try {
                container.pause();
            } catch (Throwable thrown) {
                if (container.isDelivering()) {
                    state = State.UNTOUCHED;
                }
                throw thrown;
            }
        } else if (state == State.PAUSED && container.isDelivering()) {
            state = State.OVERRULED;
            log.info("Listener container '{}' was resumed by other code: it goes on until the circuit opens again", id);
        }
    }

    private void resume(ListenerContainer container, Set<String> named) {
        if (state == State.PAUSED && container.isPaused()) {
            log.info("Listener container '{}' is resumed: no circuit of {} is open", id, named);
            container.resume();
            if (!running) {
                container.pause(); // the application has begun to stop meanwhile, and may have stopped it before
            }
        }
        state = State.UNTOUCHED;
        target = null;
    }

    private void glanceAgain(long nanos) {
        timer = circuits.ticker().schedule(Workers.handOver(this::signal), nanos);
    }

    private void cancelTimer() {
        Ticker.Scheduled waiting = timer;
        if (waiting != null) {
            timer = null;
            waiting.cancel();
        }
    }
}
