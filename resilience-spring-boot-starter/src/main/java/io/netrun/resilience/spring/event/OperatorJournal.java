package io.netrun.resilience.spring.event;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.problem.OneLine;
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
    private final Map<Policy, Queue<Delivery>> waiting = new HashMap<>();

    public OperatorJournal(RecentEvents recent, Consumer<Object> publisher) {
        this.recent = recent;
        this.publisher = publisher;
    }

    /**
     * Makes a change and keeps it, as one step: changes that are made in this way have the order in which they take
     * effect. Listeners of instances are notified of it after the step, and then it is delivered. If another thread is
     * delivering a change of this instance, that thread delivers this one too, in the context of the calling thread.
     * What a listener of the application throws is logged and changes nothing.
     *
     * @param change makes the change, without running code of the application other than through events; empty if that
     *     has changed nothing
     */
    public void record(Policy policy, Supplier<Optional<OperatorChange>> change) {
        CallerContext context = context();
        boolean delivers = AbstractPolicy.deferringEvents(() -> {
            changing.lock();
            try {
                OperatorChange made = change.get().orElse(null);
                return made != null && isFirst(policy, new Delivery(made, context));
            } finally {
                changing.unlock();
            }
        });
        if (!delivers) {
            return;
        }
        for (Delivery next = next(policy); next != null; next = next(policy)) {
            deliver(next);
        }
    }

    private static @Nullable CallerContext context() {
        try {
            return CallerContext.capture();
        } catch (RuntimeException | Error e) {
            log.error("The context of an operator's change could not be captured", e);
            return null;
        }
    }

    /** Keeps a change. Returns whether the calling thread has to deliver it. */
    private boolean isFirst(Policy policy, Delivery made) {
        recent.add(policy, made.change);
        Queue<Delivery> others = waiting.get(policy);
        if (others != null) {
            others.add(made);
            return false;
        }
        Queue<Delivery> own = new ArrayDeque<>();
        own.add(made);
        waiting.put(policy, own);
        return true;
    }

    private @Nullable Delivery next(Policy policy) {
        changing.lock();
        try {
            Queue<Delivery> changes = waiting.get(policy);
            Delivery next = changes == null ? null : changes.poll();
            if (next == null) {
                waiting.remove(policy);
            }
            return next;
        } finally {
            changing.unlock();
        }
    }

    /** Never throws, so that the changes behind it are delivered. */
    private void deliver(Delivery next) {
        CallerContext context = next.context;
        if (context == null || next.thread == Thread.currentThread()) {
            deliver(next.change);
        } else {
            context.runAnyway(() -> deliver(next.change));
        }
    }

    private void deliver(OperatorChange change) {
        try {
            log(change);
            publisher.accept(change);
        } catch (RuntimeException | Error e) {
            log.error("A listener failed on {}", OneLine.of(change), e);
        }
    }

    private static void log(OperatorChange change) {
        log.info(
                "{} '{}': {} by {}{}{}: {} -> {}",
                change.type().policyClass().getSimpleName(),
                change.name(),
                change.action(),
                change.principal() == null ? "an operator without a principal" : "'" + change.principal() + "'",
                change.scope() == OperatorChange.Scope.FLEET ? " for the fleet" : "",
                change.reason() == null ? "" : " because of '" + change.reason() + "'",
                OneLine.of(new TreeMap<>(change.before())),
                OneLine.of(new TreeMap<>(change.after())));
    }

    /** A change that is made and not delivered yet, with the thread that has made it. */
    private static final class Delivery {

        private final OperatorChange change;
        private final @Nullable CallerContext context;
        private final Thread thread = Thread.currentThread();

        Delivery(OperatorChange change, @Nullable CallerContext context) {
            this.change = change;
            this.context = context;
        }
    }
}
