package io.netrun.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a call that are notified when its scope is left: a stack without a lock, from which those that have
 * ended are unlinked in passing. A superclass of the scope and not an object of its own, since nearly every
 * asynchronous call has a scope.
 */
abstract sealed class ScopeParts permits Deadline {

    /** How many registrations lie between two sweeps for those that have ended out of order. */
    private static final int SWEEP_MASK = 63;

    private static final VarHandle IN_FLIGHT;

    static {
        try {
            IN_FLIGHT = MethodHandles.lookup().findVarHandle(ScopeParts.class, "inFlight", Link.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** For a thread that is not running, or listeners that another one calls. */
    private static final long LONGEST_SETTLING_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Set on threads that notify, which have to go on whatever listeners of events do. */
    private static final ThreadLocal<@Nullable Boolean> NOTIFYING = new ThreadLocal<>();

    /** What is to be notified, the latest first. */
    private volatile @Nullable Link inFlight;

    private byte registrations; // racy: it only spaces the sweeps

    /** Whether the calling thread notifies parts of a call: it is to run no code of the user until it has done so. */
    static boolean isNotifying() {
        return NOTIFYING.get() != null;
    }

    final void add(Deadline.InFlight part) {
        Link link = link(part);
        if ((++registrations & SWEEP_MASK) == 0) {
            sweep(link);
        }
    }

    /** The name of the limit that is about to give the call up. */
    final Link addLimitName(String limit) {
        return link(new LimitName(limit));
    }

    /** The name of the limit that gave the call up; null if it has none. */
    final @Nullable String limitName() {
        for (@Nullable Link link = inFlight; link != null; link = link.next) {
            if (link.part instanceof LimitName name) {
                return name.limit;
            }
        }
        return null;
    }

    private Link link(Deadline.InFlight part) {
        Link link = new Link(part);
        Link top;
        do {
            top = inFlight;
            link.next = firstRunning(top);
        } while (!IN_FLIGHT.compareAndSet(this, top, link));
        return link;
    }

    /**
     * Unlinks what has ended. Several threads may do so at once: each link is only ever replaced by one further down,
     * past parts that have ended, so whatever the order of writes, each part that runs stays reachable.
     */
    private static void sweep(Link from) {
        for (@Nullable Link each = from; each != null; each = each.next) {
            each.next = firstRunning(each.next);
        }
    }

    private static @Nullable Link firstRunning(@Nullable Link from) {
        Link link = from;
        while (link != null && link.part.isSettled()) {
            link = link.next;
        }
        return link;
    }

    /** @param kept what stays linked; null for nothing */
    final void notifyParts(boolean exceeded, Consumer<Throwable> failures, @Nullable Link kept) {
        if (inFlight == null) {
            return;
        }
        // All are taken before any is notified: one that wakes first must not end another behind the back of this.
        List<Deadline.InFlight> taken = new ArrayList<>();
        List<Deadline.InFlight> ending = List.of();
        for (@Nullable Link link = inFlight; link != null; link = link.next) {
            if (link == kept) {
                continue;
            }
            if (link.part.tryEnd()) {
                taken.add(link.part);
            } else if (!link.part.isSettled()) {
                ending = ending.isEmpty() ? new ArrayList<>() : ending;
                ending.add(link.part);
            }
        }
        if (kept != null) {
            kept.next = null;
        }
        inFlight = kept;
        settle(taken, exceeded, failures);
        ending.forEach(Deadline.InFlight::awaitSettled);
    }

    /** Waits for what another thread is about to settle, which takes it less than a microsecond while it runs. */
    static void awaitSettled(Deadline.InFlight part) {
        Ticker clock = Ticker.system(); // what another thread needs is real time
        long end = clock.nanoTime() + LONGEST_SETTLING_NANOS;
        for (int checks = 0; !part.isSettled() && clock.nanoTime() - end < 0; checks++) {
            SpinBackoff.await(checks);
        }
    }

    static void settle(List<Deadline.InFlight> parts, boolean exceeded, Consumer<Throwable> failures) {
        Boolean before = NOTIFYING.get();
        NOTIFYING.set(true);
        try {
            for (Deadline.InFlight part : parts) {
                part.settle(exceeded, failures);
            }
        } finally {
            NOTIFYING.set(before);
        }
    }

    /** Forgets all parts. */
    final void clear() {
        if (inFlight != null) {
            inFlight = null;
        }
    }

    /** How many parts are registered that have not been forgotten, ended ones included; for tests. */
    final int countInFlight() {
        int count = 0;
        for (@Nullable Link link = inFlight; link != null; link = link.next) {
            count++;
        }
        return count;
    }

    /**
     * The name of the limit that gave the call up. It is kept among the parts, since a field of its own would cost
     * every scope of every call some bytes.
     */
    private static final class LimitName extends Deadline.InFlight {

        private final String limit;

        LimitName(String limit) {
            this.limit = limit;
        }

        @Override
        protected void onOver(boolean exceeded, Consumer<Throwable> failures) {}
    }

    static final class Link {

        private final Deadline.InFlight part;
        private @Nullable Link next;

        Link(Deadline.InFlight part) {
            this.part = part;
        }
    }
}
