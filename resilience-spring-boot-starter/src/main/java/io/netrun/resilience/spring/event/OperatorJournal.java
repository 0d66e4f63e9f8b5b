package io.netrun.resilience.spring.event;

import io.netrun.resilience.Policy;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what operators do: in the log, among the instance's recent events, and as an event of the application.
 * Thread-safe.
 */
public final class OperatorJournal {

    private static final Logger log = LoggerFactory.getLogger(OperatorJournal.class);

    private final RecentEvents recent;
    private final Consumer<Object> publisher;

    public OperatorJournal(RecentEvents recent, Consumer<Object> publisher) {
        this.recent = recent;
        this.publisher = publisher;
    }

    /** An operator has changed an instance. What a listener of the application throws is logged and changes nothing. */
    public void add(Policy policy, OperatorChange change) {
        log.info(
                "{} '{}': {} by {}{}: {} -> {}",
                policy.type().policyClass().getSimpleName(),
                change.name(),
                change.action(),
                change.principal() == null ? "an operator without a principal" : "'" + change.principal() + "'",
                change.scope() == OperatorChange.Scope.FLEET ? " for the fleet" : "",
                new TreeMap<>(change.before()),
                new TreeMap<>(change.after()));
        recent.add(policy, change);
        try {
            publisher.accept(change);
        } catch (RuntimeException e) {
            log.error("A listener failed on {}", change, e);
        }
    }
}
