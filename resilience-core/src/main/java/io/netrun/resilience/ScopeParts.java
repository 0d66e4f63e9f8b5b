package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a call that are notified when its scope is left: a lock-free stack, from which ended parts are unlinked
 * in passing. A superclass of the scope and not an object of its own, because nearly every asynchronous call has a
 * scope.
 */
abstract class ScopeParts {

    /** The number of registrations between two sweeps for parts that have ended out of order. */
    private static final int SWEEP_MASK = 63;

    private static final VarHandle IN_FLIGHT = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "inFlight", VarHandle.class, ScopeParts.class, Link.class);

    /** Set on threads that notify, which must not be delayed by listeners of events. */
    private static final ThreadLocal<@Nullable Boolean> NOTIFYING = new ThreadLocal<>();

    /** The parts to notify, the latest first. */
    private volatile @Nullable Link inFlight;

    private byte registrations; // racy: it only spaces the sweeps

    /**
     * Returns whether the calling thread is notifying the parts of a call. It must not run user code until it has
     * finished.
     */
    static boolean isNotifying() {
        return NOTIFYING.get() != null;
    }

    final void add(Deadline.InFlight part) {
        Link link = link(part);
        if ((++registrations & SWEEP_MASK) == 0) {
            sweep(link);
        }
    }

    /** Adds the parts that have not ended to another scope, too. */
    final void addRunningTo(ScopeParts other) {
        for (@Nullable Link link = inFlight; link != null; link = link.next) {
            if (!link.part.isSettled()) {
                other.add(link.part);
            }
        }
    }

    /** Adds the name of the limit that is about to be exceeded. */
    final Link addLimitName(String limit) {
        return link(new LimitName(limit));
    }

    /** Returns the name of the limit that was exceeded; null if it has none. */
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
     * Unlinks parts that have ended. Several threads may do so concurrently: each link is only ever replaced by one
     * further down, past ended parts, so whatever the order of writes, each running part stays reachable.
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

    /** @param kept the link that is kept; null for none */
    final void notifyParts(boolean exceeded, Consumer<Throwable> failures, @Nullable Link kept) {
        if (inFlight == null) {
            return;
        }
        // All parts are taken before any is notified: a thread that wakes up first must not end another part in
        // between. Nothing is allocated until all are settled: a part that is taken and not notified would never be
        // released. A link that is reached again was reached by another thread's sweep, and is not taken twice.
        Link top = inFlight;
        for (@Nullable Link link = top; link != null; link = link.next) {
            if (link != kept) {
                link.taken = link.part.tryBeginEnd();
            }
        }
        inFlight = kept;
        settle(top, exceeded, failures);
        try {
            if (!isNotifying()) { // otherwise this thread may be settling one of them, further down its stack
                awaitEnding(top, kept);
            }
        } catch (OutOfMemoryError full) {
            // Only the short wait is left out. Who leaves the scope has to stop the call now.
        }
        if (kept != null) {
            kept.next = null;
        }
    }

    /** Settles a part that has just been taken. */
    static void settle(Deadline.InFlight part, boolean exceeded, Consumer<Throwable> failures) {
        Link alone = new Link(part);
        if (part.tryBeginEnd()) {
            alone.taken = true;
            settle(alone, exceeded, failures);
        }
    }

    /** Settles the taken parts. */
    private static void settle(Link top, boolean exceeded, Consumer<Throwable> failures) {
        boolean first = tryBeginNotifying();
        try {
            for (@Nullable Link link = top; link != null; link = link.next) {
                if (link.taken) {
                    link.part.settle(exceeded, failures);
                }
            }
        } finally {
            if (first) {
                NOTIFYING.set(null);
            }
        }
        if (first) {
            try {
                awaitReleased(top);
            } catch (OutOfMemoryError full) {
                // As above.
            }
        }
    }

    /** Returns false if this thread notifies already, or there is no memory to mark it: listeners run on it then. */
    private static boolean tryBeginNotifying() {
        try {
            if (NOTIFYING.get() == null) {
                NOTIFYING.set(true);
                return true;
            }
            return false;
        } catch (OutOfMemoryError full) {
            return false;
        }
    }

    /** Waits briefly for parts that other threads were ending. */
    private static void awaitEnding(Link top, @Nullable Link kept) {
        for (@Nullable Link link = top; link != null; link = link.next) {
            if (link != kept && !link.part.isSettled()) {
                link.part.awaitSettled();
            }
        }
    }

    /** Waits briefly for what other threads release for the parts; they may run foreign code before. */
    private static void awaitReleased(Link top) {
        if (!areReleased(top)) {
            SpinBackoff.awaitStart(() -> areReleased(top), () -> false);
        }
    }

    private static boolean areReleased(Link top) {
        for (@Nullable Link link = top; link != null; link = link.next) {
            if (link.taken && !link.part.isReleased()) {
                return false;
            }
        }
        return true;
    }

    /** Removes all parts. */
    final void clear() {
        if (inFlight != null) {
            inFlight = null;
        }
    }

    /** Returns whether a part is registered that has not ended. */
    final boolean hasRunning() {
        return firstRunning(inFlight) != null;
    }

    /** Returns the number of registered parts that have not been removed, ended ones included; for tests. */
    final int countInFlight() {
        return count(inFlight);
    }

    private static int count(@Nullable Link from) {
        int count = 0;
        for (@Nullable Link link = from; link != null; link = link.next) {
            count++;
        }
        return count;
    }

    /**
     * The name of the limit that was exceeded. It is kept among the parts, because a field of its own would cost every
     * scope of every call some bytes.
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

        /** Whether the thread that leaves the scope settles the part. */
        private boolean taken;

        Link(Deadline.InFlight part) {
            this.part = part;
        }
    }
}
