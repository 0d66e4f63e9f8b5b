package io.netrun.resilience;

import io.netrun.resilience.TimerThread.Task;
import org.jspecify.annotations.Nullable;

/**
 * Tasks by their time, in a heap that consists of the tasks alone, so that it needs no memory. A pairing heap: adding
 * takes one comparison, removing a number that grows with the logarithm of the size, amortized. Not thread-safe.
 *
 * <p>Each task has its first child, its next sibling, and its previous sibling or, if it is the first child, its
 * parent.
 *
 * @see <a href="https://doi.org/10.1007/BF01840439">Fredman, Sedgewick, Sleator, Tarjan: The pairing heap: a new form
 *     of self-adjusting heap, Algorithmica 1 (1986)</a>
 */
final class TaskHeap {

    private @Nullable Task root;

    /** The task that is due first; null if there is none. */
    @Nullable
    Task first() {
        return root;
    }

    void add(Task task) {
        root = root == null ? task : meld(root, task);
    }

    /** Removes a task; does nothing if it is not there. */
    void remove(Task task) {
        if (task == root) {
            root = meldAll(task.child);
            task.child = null;
        } else if (task.previous != null) {
            cut(task);
            Task children = meldAll(task.child);
            task.child = null;
            if (children != null && root != null) {
                root = meld(root, children);
            }
        }
    }

    /** Takes a task, with all below it, out of its list of siblings. */
    private static void cut(Task task) {
        Task before = task.previous;
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

    /** Puts one of two heaps under the other. Neither has siblings or a parent, and nor has the result. */
    private static Task meld(Task one, Task other) {
        Task upper = other.isBefore(one) ? other : one;
        Task lower = upper == one ? other : one;
        Task former = upper.child;
        lower.next = former;
        if (former != null) {
            former.previous = lower;
        }
        lower.previous = upper;
        upper.child = lower;
        return upper;
    }

    /**
     * Melds a list of siblings into one heap: in pairs from the left, and the pairs from the right. In loops, as it may
     * be long.
     */
    private static @Nullable Task meldAll(@Nullable Task first) {
        Task pairs = null; // linked through next, the last one first
        Task rest = first;
        while (rest != null) {
            Task one = rest;
            Task other = one.next;
            rest = other == null ? null : other.next;
            one.next = null;
            one.previous = null;
            Task pair = one;
            if (other != null) {
                other.next = null;
                other.previous = null;
                pair = meld(one, other);
            }
            pair.next = pairs;
            pairs = pair;
        }
        Task melded = null;
        while (pairs != null) {
            Task pair = pairs;
            pairs = pair.next;
            pair.next = null;
            melded = melded == null ? pair : meld(melded, pair);
        }
        return melded;
    }
}
