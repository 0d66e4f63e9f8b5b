package io.netrun.resilience.ratelimiter;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The reservations of a {@link ReservationQueue} in order of arrival: a linked list that any thread appends to and
 * reads, while one thread at a time, the draining one, removes from it. A node is allocated with its reservation, so
 * that no step here allocates anything: an OutOfMemoryError between two steps would lose a waiter for ever.
 *
 * <p>A reservation that is taken is passed over, and its node stays linked until the draining thread comes to it, or
 * until such nodes outnumber the waiters. A node that was passed or unlinked links to itself, at which a reader begins
 * again.
 */
final class WaitingList {

    /** The number of taken nodes that may be linked, beyond that of the waiters. */
    private static final int MAX_TAKEN = 32;

    static final class Node {

        /** Null once it is taken, since the node may be linked longer. */
        private volatile @Nullable Reservation reservation;

        private volatile @Nullable Node next;

        Node(@Nullable Reservation reservation) {
            this.reservation = reservation;
        }
    }

    /** The node before the first one; written by the draining thread. */
    private volatile Node head = new Node(null);

    private final AtomicReference<Node> tail = new AtomicReference<>(head);

    /** Nodes whose reservation was taken and that are linked; a node may be counted a moment late. */
    private final AtomicInteger taken = new AtomicInteger();

    void add(Node node) {
        tail.getAndSet(node).next = node;
    }

    /** Records that the reservation of a node was taken. */
    void onTaken(Node node) {
        node.reservation = null;
        taken.incrementAndGet();
    }

    /** Returns the first reservation that is not taken; null if there is none. For the draining thread. */
    @Nullable
    Reservation first() {
        Node before = head;
        for (Node next = before.next; next != null; next = before.next) {
            Reservation reservation = next.reservation;
            if (reservation != null && !reservation.isTaken()) {
                return reservation;
            }
            head = next;
            before.next = before;
            before = next;
            taken.decrementAndGet();
        }
        return null;
    }

    /** Returns the reservation after another one that is not taken; null if there is none. For the draining thread. */
    @Nullable
    Reservation after(Reservation reservation) {
        for (Node node = reservation.node().next; node != null; node = node.next) {
            Reservation next = node.reservation;
            if (next != null && !next.isTaken()) {
                return next;
            }
        }
        return null;
    }

    /** Returns how many tokens the waiters ahead of a reservation take. For any thread, and linear. */
    long permitsAhead(Reservation reservation) {
        long ahead = 0;
        for (Node node = head; ; ) {
            Node next = node.next;
            if (next == node) {
                ahead = 0;
                node = head;
                continue;
            }
            Reservation each = next == null ? null : next.reservation;
            if (next == null || each == reservation) {
                return ahead;
            }
            if (each != null && !each.isTaken()) {
                ahead += each.permits();
            }
            node = next;
        }
    }

    /** Unlinks taken nodes if there are many. For the draining thread. */
    void tidy(int waiters) {
        if (taken.get() <= waiters + MAX_TAKEN) {
            return;
        }
        first();
        int unlinked = 0;
        Node before = head;
        for (Node each = before.next; each != null; ) {
            Node next = each.next;
            Reservation reservation = each.reservation;
            if (next != null && (reservation == null || reservation.isTaken())) { // the last one may get a successor
                before.next = next;
                each.next = each; // a call that has left may keep it, and would keep those behind
                unlinked++;
            } else {
                before = each;
            }
            each = next;
        }
        taken.addAndGet(-unlinked);
    }

    /** Returns the number of linked nodes; for tests, while no thread drains. */
    int countLinked() {
        int count = 0;
        for (Node each = head.next; each != null; each = each.next) {
            count++;
        }
        return count;
    }
}
