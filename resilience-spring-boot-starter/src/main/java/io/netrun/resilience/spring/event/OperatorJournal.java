package io.netrun.resilience.spring.event;

import io.netrun.resilience.Policy;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what operators do: in the log, among the instance's recent events, and as an event of the application. The
 * changes of one instance arrive there one at a time and in the order in which they took effect. All that change
 * instances of a registry share one journal. Thread-safe.
 */
public final class OperatorJournal {

    private static final Logger log = LoggerFactory.getLogger(OperatorJournal.class);

    private final RecentEvents recent;
    private final Consumer<Object> publisher;

    /** Held while a change is made and put into the queue, and never while it is logged or a listener runs. */
    private final ReentrantLock changing = new ReentrantLock();

    /** The changes that are not delivered yet, of the instances that a thread is delivering for. */
    private final Map<Policy, Queue<OperatorChange>> waiting = new HashMap<>();

    public OperatorJournal(RecentEvents recent, Consumer<Object> publisher) {
        this.recent = recent;
        this.publisher = publisher;
    }

    /**
     * Makes a change and keeps it, as one step: changes that are made in this way have the order in which they take
     * effect. If another thread is delivering a change of this instance, that thread delivers this one too. What a
     * listener of the application throws is logged and changes nothing.
     *
     * @param change makes the change, without running code of the application; empty if that has changed nothing
     */
    public void record(Policy policy, Supplier<Optional<OperatorChange>> change) {
        changing.lock();
        try {
            OperatorChange made = change.get().orElse(null);
            if (made == null) {
                return;
            }
            recent.add(policy, made);
            Queue<OperatorChange> others = waiting.get(policy);
            if (others != null) {
                others.add(made);
                return;
            }
            Queue<OperatorChange> own = new ArrayDeque<>();
            own.add(made);
            waiting.put(policy, own);
        } finally {
            changing.unlock();
        }
        for (OperatorChange next = next(policy); next != null; next = next(policy)) {
            deliver(next);
        }
    }

    private @Nullable OperatorChange next(Policy policy) {
        changing.lock();
        try {
            Queue<OperatorChange> changes = waiting.get(policy);
            OperatorChange next = changes == null ? null : changes.poll();
            if (next == null) {
                waiting.remove(policy);
            }
            return next;
        } finally {
            changing.unlock();
        }
    }

    /** Never throws, so that the changes behind it are delivered. */
    private void deliver(OperatorChange change) {
        try {
            log(change);
            publisher.accept(change);
        } catch (RuntimeException | Error e) {
            log.error("A listener failed on {}", change, e);
        }
    }

    private static void log(OperatorChange change) {
        log.info(
                "{} '{}': {} by {}{}: {} -> {}",
                change.type().policyClass().getSimpleName(),
                change.name(),
                change.action(),
                change.principal() == null ? "an operator without a principal" : "'" + change.principal() + "'",
                change.scope() == OperatorChange.Scope.FLEET ? " for the fleet" : "",
                new TreeMap<>(change.before()),
                new TreeMap<>(change.after()));
    }
}
