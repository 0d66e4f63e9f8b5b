package io.netrun.resilience.reactor;

import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.BaseSubscriber;

/**
 * Recognizes subscriptions on behalf of one reader, which end with its call. Operators that share a source subscribe to
 * it in the context of their first reader, which may leave long before the others, and nothing marks that context. So a
 * subscription counts as that of one reader only if the operators reveal all subscribers up to that reader: operators
 * that share a source do not reveal who shares it. Nothing is revealed either by other libraries' operators, nor by
 * subscribers that a hook has inserted.
 */
final class ReaderChain {

    private static final Logger log = LoggerFactory.getLogger(ReaderChain.class);

    private static final String PACKAGE = "reactor.core.publisher.";

    /** Subscribers of {@code subscribe(…)}. They are not public, and have nothing else in common. */
    private static final Set<String> CONSUMERS = Set.of(PACKAGE + "LambdaMonoSubscriber", PACKAGE + "LambdaSubscriber");

    /** Its subscribers receive for one coroutine. */
    private static final String COROUTINES = "kotlinx.coroutines.reactive.";

    /** Ends the search if a foreign operator names itself as the next one. */
    private static final int MAX_OPERATORS = 10_000;

    private ReaderChain() {}

    /** Returns whether what a subscriber receives is certainly for one reader, behind any number of operators. */
    static boolean leadsToOneReader(CoreSubscriber<?> subscriber) {
        try {
            @Nullable Object next = subscriber;
            for (int i = 0; i < MAX_OPERATORS && next != null; i++) {
                if (isReader(next)) {
                    return true;
                }
                next = next instanceof Scannable operator && operator.isScanAvailable()
                        ? operator.scanUnsafe(Scannable.Attr.ACTUAL)
                        : null;
            }
        } catch (Throwable thrown) {
            log.debug("A subscriber could not be examined", thrown);
        }
        return false;
    }

    /** A future, as attempts are, a thread that waits, an iterator, or consumers of elements. */
    private static boolean isReader(Object last) {
        if (last instanceof CompletableFuture
                || last instanceof CountDownLatch
                || last instanceof Iterator
                || last instanceof BaseSubscriber) {
            return true;
        }
        String name = last.getClass().getName();
        return CONSUMERS.contains(name) || name.startsWith(COROUTINES);
    }
}
