package io.netrun.resilience.reactor;

import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.Scannable;
import reactor.core.publisher.BaseSubscriber;

/**
 * Recognizes subscriptions on behalf of one reader, which end with its call. Operators that share a source subscribe to
 * it in the context of their first reader, which may leave long before the others, and nothing marks that context. So a
 * subscription counts as that of one reader only if that can be shown, in one of two ways:
 *
 * <ul>
 *   <li>Each subscriber names the next one, up to a reader. Operators that share a source do not.
 *   <li>From the subscriber that does not, a request for the context is passed on by nothing but further
 *       {@code currentContext} methods, until an attempt answers it. Operators that share a source choose one of their
 *       readers in another method. A subscriber that keeps the context itself passes nothing on.
 * </ul>
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

    private static final StackWalker STACK = StackWalker.getInstance();

    /** Set on a thread that requests a context here. */
    private static final ThreadLocal<@Nullable Request> REQUEST = new ThreadLocal<>();

    /** Whether any thread ever has: in most processes none does, and attempts need not look. */
    private static volatile boolean requested;

    private ReaderChain() {}

    /** Returns whether what a subscriber receives is certainly for one reader, behind any number of operators. */
    static boolean leadsToOneReader(CoreSubscriber<?> subscriber) {
        try {
            Object last = subscriber;
            for (int i = 0; i < MAX_OPERATORS; i++) {
                if (isReader(last)) {
                    return true;
                }
                Object next = last instanceof Scannable operator && operator.isScanAvailable()
                        ? operator.scanUnsafe(Scannable.Attr.ACTUAL)
                        : null;
                if (next == null) {
                    return last instanceof CoreSubscriber<?> hiding && isAnsweredByOneAttempt(hiding);
                }
                last = next;
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

    private static boolean isAnsweredByOneAttempt(CoreSubscriber<?> hiding) {
        Request request = new Request();
        requested = true;
        Request before = REQUEST.get();
        REQUEST.set(request);
        try {
            request.send(hiding);
        } finally {
            if (before == null) {
                REQUEST.remove();
            } else {
                REQUEST.set(before);
            }
        }
        return request.answeredByOne;
    }

    /** To be called by attempts that are asked for their context. */
    static void onContextRequest() {
        if (requested) {
            Request request = REQUEST.get();
            if (request != null) {
                request.answeredByOne = STACK.walk(request);
            }
        }
    }

    /** No lambda expressions: the stack may be nearly full when they are used first. */
    private static final class Request implements Function<Stream<StackWalker.StackFrame>, Boolean> {

        private static final String ON_THE_WAY = "currentContext";

        private boolean answeredByOne;

        /** Its name must differ from those on the way. */
        void send(CoreSubscriber<?> subscriber) {
            subscriber.currentContext();
        }

        /** Returns whether the request has come by no other methods than those on the way. */
        @Override
        public Boolean apply(Stream<StackWalker.StackFrame> stack) {
            Iterator<StackWalker.StackFrame> frames = stack.iterator();
            boolean found = false;
            while (frames.hasNext()) {
                String method = frames.next().getMethodName();
                boolean onTheWay = method.equals(ON_THE_WAY);
                if (found && !onTheWay) {
                    return method.equals("send");
                }
                found |= onTheWay;
            }
            return false;
        }
    }
}
