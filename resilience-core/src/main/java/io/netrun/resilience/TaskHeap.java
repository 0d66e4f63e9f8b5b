package io.netrun.resilience;

import org.jspecify.annotations.Nullable;

/**
 * A heap of tasks, ordered by time, that consists of the tasks alone, so that it allocates nothing. A pairing heap: an
 * insertion takes one comparison, a removal amortized logarithmic time. Not thread-safe.
 *
 * <p>Each task refers to its first child, its next sibling, and its previous sibling or, if it is the first child, its
 * parent.
 *
 * @see <a href="https://doi.org/10.1007/BF01840439">Fredman, Sedgewick, Sleator, Tarjan: The pairing heap: a new form
 *     of self-adjusting heap, Algorithmica 1 (1986)</a>
 */
final class TaskHeap {

    private @Nullable TimerTask root;

    /** Returns the task that is due first; null if there is none. */
    @Nullable
    TimerTask first() {
        return root;
    }

    void add(TimerTask task) {
        root = root == null ? task : meld(root, task);
    }

    /** Removes a task. Does nothing if it is not in the heap. */
    void remove(TimerTask task) {
        if (task == root) {
            root = meldAll(task.child);
            task.child = null;
        } else if (task.previous != null) {
            cut(task);
            TimerTask children = meldAll(task.child);
            task.child = null;
            if (children != null && root != null) {
                root = meld(root, children);
            }
        }
    }

    /** Cuts a task, with its subtree, out of its list of siblings. */
    private static void cut(TimerTask task) {
        TimerTask before = task.previous;
        if (before != null) {
            if (before.child == task) {
                before.child = task.next;
            } else {
                before.next = task.next;
            }
        }
        if (task.next != null) {
            task.next.previous = before;
        }
        task.next = null;
        task.previous = null;
    }

    /** Melds two heaps into one. Neither has siblings or a parent, and nor has the result. */
    private static TimerTask meld(TimerTask one, TimerTask other) {
        TimerTask upper = other.isBefore(one) ? other : one;
        TimerTask lower = upper == one ? other : one;
        TimerTask former = upper.child;
        lower.next = former;
        if (former != null) {
            former.previous = lower;
        }
        lower.previous = upper;
        upper.child = lower;
        return upper;
    }

    /**
     * Melds a list of siblings into one heap: in pairs from left to right, then the pairs from right to left.
     * Iterative, because the list may be long.
     */
    private static @Nullable TimerTask meldAll(@Nullable TimerTask first) {
        TimerTask pairs = null; // linked through next, the last one first
        TimerTask rest = first;
        while (rest != null) {
            TimerTask one = rest;
            TimerTask other = one.next;
            rest = other == null ? null : other.next;
            one.next = null;
            one.previous = null;
            TimerTask pair = one;
            if (other != null) {
                other.next = null;
                other.previous = null;
                pair = meld(one, other);
            }
            pair.next = pairs;
            pairs = pair;
        }
        TimerTask melded = null;
        while (pairs != null) {
            TimerTask pair = pairs;
            pairs = pair.next;
            pair.next = null;
            melded = melded == null ? pair : meld(melded, pair);
        }
        return melded;
    }
}
