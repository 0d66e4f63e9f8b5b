package io.netrun.resilience;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries of events that a thread has caused while it gives up a call: a worker makes them once everything is
 * released that the call held, so that a listener finds it free, or once the release turns out to block. Thread-safe.
 *
 * @apiNote For authors of policies.
 */
public final class HeldEvents {

    private static final ThreadLocal<@Nullable HeldEvents> CURRENT = new ThreadLocal<>();

    /** Null once they are handed over. */
    private @Nullable Queue<Runnable> held = new ArrayDeque<>();

    private HeldEvents() {}

    /**
     * Holds what the calling thread {@linkplain #deliver delivers} from now on. {@link #release()} and
     * {@link #end(HeldEvents)} must follow.
     *
     * @return null if something around this holds them already, or there is no memory: nothing is held here then
     */
    public static @Nullable HeldEvents begin() {
        try {
            if (CURRENT.get() != null) {
                return null;
            }
            HeldEvents events = new HeldEvents();
            CURRENT.set(events);
            return events;
        } catch (OutOfMemoryError full) {
            return null;
        }
    }

    /** Has a worker deliver events, later if the calling thread holds them. */
    static void deliver(Runnable delivery) {
        HeldEvents events = CURRENT.get();
        if (events == null || !events.tryHold(delivery)) {
            Workers.executeReliably(delivery);
        }
    }

    private synchronized boolean tryHold(Runnable delivery) {
        Queue<Runnable> waiting = held;
        return waiting != null && waiting.add(delivery);
    }

    /** Has workers deliver what is held, and holds nothing any more. May be called by several threads. */
    void release() {
        Queue<Runnable> waiting;
        synchronized (this) {
            waiting = held;
            held = null;
        }
        if (waiting != null) {
            waiting.forEach(Workers::executeReliably);
        }
    }

    /** Ends what {@link #begin()} began, if it did, on the same thread. */
    public static void end(@Nullable HeldEvents events) {
        if (events != null) {
            CURRENT.remove();
            events.release();
        }
    }
}
