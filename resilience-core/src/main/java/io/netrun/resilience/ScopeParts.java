package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
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
        // between. The lists are long enough before: a part that is taken and not notified would never be released.
        Link top = inFlight;
        int size = count(top);
        List<Deadline.InFlight> taken = new ArrayList<>(size);
        List<Deadline.InFlight> ending = new ArrayList<>(size);
        for (@Nullable Link link = top; link != null; link = link.next) {
            if (link == kept) {
                continue;
            }
            if (link.part.tryBeginEnd()) {
                taken.add(link.part);
            } else if (!link.part.isSettled()) {
                ending.add(link.part);
            }
        }
        if (kept != null) {
            kept.next = null;
        }
        inFlight = kept;
        settle(taken, exceeded, failures);
        if (!isNotifying()) { // otherwise this thread may be settling one of them, further down its stack
            ending.forEach(Deadline.InFlight::awaitSettled);
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
        if (before == null) {
            awaitReleased(parts);
        }
    }

    /** Waits briefly for what other threads release for the parts; they may run foreign code before. */
    private static void awaitReleased(List<Deadline.InFlight> parts) {
        for (Deadline.InFlight part : parts) {
            if (!part.isReleased()) {
                SpinBackoff.awaitStart(() -> areReleased(parts), () -> false);
                return;
            }
        }
    }

    private static boolean areReleased(List<Deadline.InFlight> parts) {
        for (Deadline.InFlight part : parts) {
            if (!part.isReleased()) {
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

        Link(Deadline.InFlight part) {
            this.part = part;
        }
    }
}
