package io.netrun.resilience.reactor;

import io.netrun.resilience.SafeLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** What a source throws after it has reported its end: it changes nothing, and must not disappear. */
final class LateThrown {

    private static final Logger log = LoggerFactory.getLogger(LateThrown.class);

    private LateThrown() {}

    static void drop(Throwable thrown, Context context) {
        try {
            Operators.onErrorDropped(thrown, context);
        } catch (Throwable ofHook) {
            SafeLog.error(log, "A hook for dropped errors failed", ofHook);
        }
    }
}
