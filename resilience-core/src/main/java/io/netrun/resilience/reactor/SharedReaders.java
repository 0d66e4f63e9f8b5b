package io.netrun.resilience.reactor;

import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;

/**
 * Recognizes subscriptions on behalf of several subscribers. Reactor's operators that share a source subscribe to it in
 * the context of the first of them, which may leave long before the others.
 */
final class SharedReaders {

    private static final Logger log = LoggerFactory.getLogger(SharedReaders.class);

    private static final String PACKAGE = "reactor.core.publisher.";

    /** They are not public, and have nothing else in common: no chain of subscribers leads beyond them. */
    private static final Set<String> SHARED_ENDS = Set.of(
            PACKAGE + "MonoCacheTime$CoordinatorSubscriber",
            PACKAGE + "MonoCacheInvalidateIf$CoordinatorSubscriber",
            PACKAGE + "MonoCacheInvalidateWhen$CoordinatorSubscriber",
            PACKAGE + "NextProcessor", // Mono.share
            PACKAGE + "FluxPublish$PublishSubscriber", // share, publish
            PACKAGE + "FluxReplay$ReplaySubscriber", // cache, replay
            PACKAGE + "EmitterProcessor",
            PACKAGE + "ReplayProcessor",
            PACKAGE + "DirectProcessor",
            PACKAGE + "SinkManyEmitterProcessor",
            PACKAGE + "SinkManyReplayProcessor");

    /** Ends the search if a foreign operator names itself as the next one. */
    private static final int MAX_OPERATORS = 10_000;

    private SharedReaders() {}

    /** Returns whether what a subscriber receives is for several subscribers, behind any number of operators. */
    static boolean isShared(CoreSubscriber<?> subscriber) {
        try {
            Scannable last = Scannable.from(subscriber);
            for (int i = 0; i < MAX_OPERATORS && last.isScanAvailable(); i++) {
                Scannable next = last.scan(Scannable.Attr.ACTUAL);
                if (next == null) {
                    return SHARED_ENDS.contains(last.getClass().getName());
                }
                last = next;
            }
        } catch (Throwable thrown) {
            log.debug("A subscriber could not be examined", thrown);
        }
        return false;
    }
}
